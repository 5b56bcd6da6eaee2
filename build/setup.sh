#!/bin/sh
# Makes sure that the machine can build and run Countersign (run), or test it as well (test). On Debian and Ubuntu it
# installs what is missing; elsewhere it says what is. When nothing is missing it does nothing, at once.
set -eu

mode=${1:-run}
case $mode in
run | test) ;;
*)
	echo "usage: build/setup.sh run|test" >&2
	exit 2
	;;
esac

have() { command -v "$1" >/dev/null 2>&1; }

# node_major is the major version of node, 0 when there is none.
node_major() {
	if have node; then node -p 'process.versions.node.split(".")[0]'; else echo 0; fi
}

# go_works tells whether Go can build us; an older one with a network fetches the right one itself.
go_works() { have go && go env GOVERSION >/dev/null 2>&1; }

# compiles tells whether cgo, which SQLite needs, will work.
compiles() { have gcc && echo '#include <stdlib.h>' | gcc -xc -fsyntax-only - 2>/dev/null; }

# missing prints the packages, by their Debian names, that the machine lacks.
missing() {
	compiles || echo gcc libc6-dev
	[ "$(node_major)" -ge 20 ] || echo nodejs
	have npm || echo npm
	[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -d /etc/pki ] || echo ca-certificates
	if [ "$mode" = test ]; then
		have chromium || echo chromium
		have strace || echo strace
	fi
}

if ! go_works; then
	echo "setup: Go is missing. Install Go $(sed -n 's/^go //p' go.mod) or newer from https://go.dev/dl and put it in PATH." >&2
	exit 1
fi

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if ! have apt-get; then
	echo "setup: install these first, by whatever name your system knows them (Node.js 20 or newer): $packages" >&2
	exit 1
fi

sudo=
if [ "$(id -u)" != 0 ]; then
	if ! have sudo; then
		echo "setup: as root, run: apt-get install --no-install-recommends $packages" >&2
		exit 1
	fi
	sudo=sudo
fi

echo "setup: installing $packages"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# Word splitting makes the list of packages; none has a space in its name.
# shellcheck disable=SC2086
$sudo apt-get install -q -y --no-install-recommends $packages

left=$(missing | tr '\n' ' ')
if [ -n "$left" ]; then
	echo "setup: still missing after installing: $left" >&2
	case $left in
	*nodejs*) echo "setup: this system's Node.js is older than 20; see https://nodejs.org/en/download" >&2 ;;
	*chromium*) echo "setup: put a Chromium or Chrome named chromium in PATH" >&2 ;;
	esac
	exit 1
fi
