#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The examples of README.md, doc/ and the manual that need no root: what is shown comes out.
# They are run in a copy of doc/examples, as a user without privileges.
cd "$(dirname "$0")/../.." || exit 1
GFPTRACE=$(realpath "${GFPTRACE:-build/gfptrace}")
command -v perl > /dev/null || {
	echo "1..0 # skip no perl"
	exit 0
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && cp -r doc/examples "$work/examples" && cp "$GFPTRACE" "$work/bin/gfptrace"
chmod -R a+rX "$work"
cat > "$work/runner" << END
#!/bin/bash
cd "$work/examples" || exit
user=()
((EUID)) || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
PATH="$work/bin:\$PATH" exec \${user[@]+"\${user[@]}"} bash -c "\${!#}" 2>&1 < /dev/null
END
chmod +x "$work/runner"
tests/examples.pl "$work/runner" any README.md CONTRIBUTING.md doc/*.md doc/man/*.rst
