# shellcheck shell=bash
# Finds (or, as root on Debian, installs) a JDK of 21 or newer; sourced by the scripts beside this folder.

jdk_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=output.sh
. "$jdk_lib/output.sh"
# shellcheck source=packages.sh
. "$jdk_lib/packages.sh"

# The major version of the JDK in $1, or 0 where there is none with a compiler.
jdk_major() {
  if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    echo 0
  fi
}

# The newest JDK of 21 or more: JAVA_HOME when it is one, else the newest under /usr/lib/jvm.
find_jdk() {
  local best=0 best_home='' home major
  if [ -n "${JAVA_HOME:-}" ] && [ "$(jdk_major "$JAVA_HOME")" -ge 21 ]; then
    echo "$JAVA_HOME"
    return
  fi
  for home in /usr/lib/jvm/*; do
    [ -L "$home" ] && continue
    major=$(jdk_major "$home")
    if [ "${major:-0}" -gt "$best" ]; then
      best=$major
      best_home=$home
    fi
  done
  [ "$best" -ge 21 ] && echo "$best_home"
  return 0
}

require_jdk() {
  local home package
  home=$(find_jdk)
  if [ -z "$home" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >&2 || true
    for package in openjdk-25-jdk-headless openjdk-21-jdk-headless temurin-25-jdk temurin-21-jdk; do
      if apt-cache show "$package" >/dev/null 2>&1; then
        install_packages "$package"
        break
      fi
    done
    home=$(find_jdk)
  fi
  [ -n "$home" ] || die "datacapsule needs a JDK of 21 or newer, and none is under /usr/lib/jvm.
Debian 13 has openjdk-21-jdk-headless and openjdk-25-jdk-headless; on Debian 12 install a vendor's package
(for instance temurin-25-jdk), then run this again, or set JAVA_HOME to an unpacked one."
  export JAVA_HOME=$home
  export PATH=$JAVA_HOME/bin:$PATH
}
