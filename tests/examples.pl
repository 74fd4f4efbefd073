#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Run the examples of the documents and compare what is shown with what comes out, up to numbers.
#
#	tests/examples.pl RUNNER KIND FILE...
#
# An example is a block behind a comment: "<!-- example: KIND WORD... -->" in Markdown,
# ".. example: KIND WORD..." in reStructuredText. Lines that begin with "$ " or, but for the kind
# "any", with "# " are commands, what follows them is their output, stderr included. RUNNER is a command that is given the words,
# "--" and the command; it writes the output to stdout and exits with 77 where the example cannot
# be run here (its last line is the reason). KIND chooses the examples.
#
# Numbers, times, sizes and bars may differ. "..." stands for any text, on a line of its own for any
# lines. A paragraph may be broken elsewhere. With the word "most" three of four shown lines must
# come, in their order: for tables whose rows are a matter of chance.
use strict;
use warnings;

# Lines without what may differ; continued ones (11 columns in) belong to the line before.
sub shape {
	my @lines;
	for my $line (@_) {
		(my $text = $line) =~ s/\s+$//;
		if (@lines && $text =~ /^ {11}/) {
			$text =~ s/^ +/ /;
			$lines[-1] .= $text;
		} else {
			push @lines, $text;
		}
	}
	for (@lines) {
		s/\|[@ a-z]+\|/|BAR|/g;
		s/0x[0-9a-f]+/N/g;
		s/(?:(?<!\w)[<+-])?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?/N/g;
		s/\bN (?:ns|us|ms|s|m)\b/TIME/g;
		s/\bN (?:B|KiB|MiB|GiB|TiB)\b/SIZE/g;
		s/\bN[KMG]\b/N/g;
		s/\s+/ /g;
		s/ $//;
	}
	return grep { $_ ne '' } @lines;
}

sub pattern {
	return join '.*', map { quotemeta } split /\.\.\./, $_[0], -1;
}

# The shown line that is not found, or undef.
sub differs {
	my ($shown, $got) = @_;
	my ($at, $any) = (0, 0);
	for my $line (@$shown) {
		if ($line eq '...') {
			$any = 1;
			next;
		}
		my $pattern = pattern($line);
		if ($any) {
			$at++ while $at < @$got && $got->[$at] !~ /^$pattern$/;
		}
		return $line if $at >= @$got || $got->[$at] !~ /^$pattern$/;
		$at++;
		$any = 0;
	}
	return $any || $at == @$got ? undef : "(the end; more came: $got->[$at])";
}

# For "most": the longest common sequence.
sub common {
	my ($shown, $got) = @_;
	my @row = (0) x (@$got + 1);
	for my $line (@$shown) {
		my $pattern = pattern($line);
		my @next = (0);
		for my $i (1 .. @$got) {
			$next[$i] =
				$got->[ $i - 1 ] =~ /^$pattern$/ ? $row[ $i - 1 ] + 1
				: $next[ $i - 1 ] > $row[$i] ? $next[ $i - 1 ]
				:                              $row[$i];
		}
		@row = @next;
	}
	return $row[-1];
}

# [ file, line, words, [ [ command, shown... ]... ] ]
sub examples {
	my ($file) = @_;
	my (@found, $words, $line_of, @block, $inside);
	open my $in, '<', $file or die "$file: $!\n";
	my $rst = $file =~ /\.rst$/;
	my $finish = sub {
		push @found, [ $file, $line_of, $words, [@block] ];
		($words, $inside) = (undef, 0);
		@block = ();
	};
	while (my $line = <$in>) {
		if ($line =~ /^(?:<!--|\.\.) example: (.*?)(?: -->)?\s*$/) {
			die "$file:$.: an example in an example\n" if defined $words;
			($words, $line_of) = ($1, $.);
		} elsif (defined $words && !$inside) {
			$inside = $rst ? $line =~ /^::\s*$/ : $line =~ /^```/;
		} elsif ($inside && ($rst ? $line =~ /^\S/ : $line =~ /^```/)) {
			$finish->();
		} elsif ($inside) {
			$line =~ s/^    // if $rst;
			if ($line =~ ($words =~ /^any\b/ ? qr/^\$ (.*)/ : qr/^[\$#] (.*)/)) {
				push @block, [$1];
			} elsif (@block) {
				push @{ $block[-1] }, $line;
			}
		}
	}
	$finish->() if $inside;
	die "$file: an example without a block\n" if defined $words;
	return @found;
}

my ($runner, $kind, @files) = @ARGV;
die "usage: examples.pl RUNNER KIND FILE...\n" unless @files;
my ($number, $failures) = (0, 0);
for my $example (map { examples($_) } @files) {
	my ($file, $line, $words, $commands) = @$example;
	my @words = split ' ', $words;
	next unless shift(@words) eq $kind;
	my $most = grep { $_ eq 'most' } @words;
	@words = grep { $_ ne 'most' } @words;
	for (@$commands) {
		my ($command, @shown) = @$_;
		$number++;
		my $name = "$file:$line: $command";
		$name =~ s/#//g;
		open my $run, '-|', $runner, @words, '--', $command or die "$runner: $!\n";
		my @output = <$run>;
		close $run;
		if ($? >> 8 == 77) {
			chomp(my $why = $output[-1] // 'no reason given');
			print "ok $number - $name # SKIP $why\n";
			next;
		}
		my @wanted = shape(@shown);
		my @got = shape(@output);
		my $wrong;
		if ($most) {
			@wanted = grep { $_ ne '...' } @wanted;
			my $common = common(\@wanted, \@got);
			$wrong = "$common of " . @wanted . ' lines' if $common * 4 < @wanted * 3;
		} else {
			$wrong = differs(\@wanted, \@got);
		}
		if (defined $wrong) {
			print "not ok $number - $name\n# shown, and not found: $wrong\n";
			print map { "# output: $_" } @output;
			$failures++;
		} else {
			print "ok $number - $name\n";
		}
	}
}
print "1..$number", $number ? '' : " # skip no example of the kind $kind", "\n";
exit($failures ? 1 : 0);
