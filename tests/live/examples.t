#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The examples of the documents that trace the running kernel: what is shown comes out.
# shellcheck source=tests/live/live.sh
. "$(dirname "$0")/live.sh"
need perl

# `tracepoint-only`: what the example shows is a kernel that offers no other tier.
mkdir "$work/bin" && ln -s "$(realpath "$GFPTRACE")" "$work/bin/gfptrace"
cat > "$work/runner" << END
#!/bin/bash
PATH="$work/bin:\$PATH"
if [[ \$1 == tracepoint-only ]] && gfptrace doctor | grep -qE '^  (fexit|kprobe) +works'; then
	echo "another tier works here"
	exit 77
fi
cd "$work" || exit
exec bash -c "\${!#}" 2>&1 < /dev/null
END
chmod +x "$work/runner"
tests/examples.pl "$work/runner" root README.md doc/*.md doc/man/*.rst
