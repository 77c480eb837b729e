#!/usr/bin/env bash
# Installs what only the tests need from the system: Debian's Chromium, and a small LaTeX with chktex and pdftotext. As root
# on a Debian-like system; elsewhere the tests that need them skip and say so.
set -euo pipefail
wanted=()
command -v chromium >/dev/null || wanted+=(chromium fonts-noto-core)
if ! command -v latexmk >/dev/null || ! command -v chktex >/dev/null || ! command -v pdftotext >/dev/null; then
  wanted+=(texlive-latex-recommended texlive-science latexmk lmodern chktex poppler-utils)
fi
[ ${#wanted[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${wanted[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
else
  echo "Not installed, so their tests will be skipped (Debian: apt-get install ${wanted[*]})."
fi
