#!/usr/bin/env bash
# Makes a capsule on this host, past the routers.
#   create_vm_script.sh --image FILE --vcpu N --mem MIB --wdir DIR --vnc PORT --ssh PORT --loginid NAME --loginpwd PASSWORD
# More options, and the exit codes: --help, docs/operator.md.
set -euo pipefail
# shellcheck source=../lib/hypervisor.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib/hypervisor.sh"
run_agent_script create "$@"
