# shellcheck shell=bash
# Building what the scripts start, only when the sources are newer; sourced after jdk.sh. The caller sets `root`.
# shellcheck disable=SC2154

router_jar=$root/router/target/datacapsule-router.jar
agent_jar=$root/host-agent/target/datacapsule-agent.jar
devkit_jar=$root/devkit/target/datacapsule-devkit.jar

# jars_are_current: every program was packaged after the last change to any source.
jars_are_current() {
  local jar
  for jar in "$router_jar" "$agent_jar" "$devkit_jar"; do
    [ -f "$jar" ] && [ -d "${jar%/*}/lib" ] || return 1
    [ -z "$(find "$root/pom.xml" "$root"/{common,router,host-agent,devkit}/{pom.xml,src} -newer "$jar" -print -quit)" ] ||
      return 1
  done
}

build_programs() {
  if jars_are_current; then
    note "is up to date"
    return
  fi
  (cd "$root" && scripts/mvn -q -B -ntp -DskipTests -Dspotless.check.skip -pl router,host-agent,devkit -am package)
  # Maven leaves a jar alone when nothing in it changed; its time then says that it is up to date.
  touch "$router_jar" "$agent_jar" "$devkit_jar"
  note "built"
}

# What suits small programs that start often.
# shellcheck disable=SC2034
java_flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dkeystore.pkcs12.keyPbeIterationCount=1)

# program_fingerprint JAR CONFIG: another one when either changed. What did not change is built to the same bytes.
program_fingerprint() { cat "$1" "${1%/*}"/lib/common-*.jar "$2" | sha256sum | cut -c 1-16; }
