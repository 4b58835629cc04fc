#!/usr/bin/env bash
# Installs what the live tests need: the npm packages of the Bluesky network (some minutes), and, where they can be had,
# the Debian packages of the other servers. Tests whose server is missing say so and skip.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --no-audit --no-fund
sh ./install-debian.sh || printf 'install: the Debian packages could not be installed; those tests will skip.\n'
