#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests: the one that PLAYWRIGHT_CHROMIUM names, the system's,
# or else one that is installed now (as a Debian package where that can be done, otherwise by Playwright).
set -euo pipefail

if [ -x "${PLAYWRIGHT_CHROMIUM:-/usr/bin/chromium}" ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends chromium fonts-dejavu
else
  cd "$(dirname "$0")/../ui-tests"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD='' node_modules/.bin/playwright install chromium
fi
