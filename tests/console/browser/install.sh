#!/bin/sh
# Install Chromium, with which the tests open the console, unless it is there.
# It needs root and apt-get. Without them it says what to install; only in CI (CI=true) it fails.
set -eu
command -v "${POLARIS_TEST_CHROMIUM:-chromium}" >/dev/null && exit 0

install_chromium() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo 'Installing Chromium for the tests of the console ...'
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o DPkg::Lock::Timeout=500 update &&
    apt-get -qq -o DPkg::Lock::Timeout=500 install -y --no-install-recommends \
      chromium fonts-liberation fonts-inter >/dev/null
}

install_chromium && exit 0
echo 'Chromium is missing, so the tests that open the console in a browser are skipped.' >&2
echo 'Install the package chromium, or set POLARIS_TEST_CHROMIUM to its program.' >&2
[ "${CI:-}" != true ]
