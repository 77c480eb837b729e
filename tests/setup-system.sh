#!/usr/bin/env bash
# Installs what only the tests need from the system: Debian's Chromium. As root on a Debian-like system; elsewhere the
# browser tests skip and say so.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
else
  echo "Chromium is not installed; the browser tests will be skipped (Debian: apt-get install chromium)."
fi
