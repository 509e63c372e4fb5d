#!/usr/bin/env bash
# Deletes a capsule of this host with all of its files, past the routers.
#   delete_vm_script.sh --wdir DIR
# More options, and the exit codes: --help, docs/operator.md.
set -euo pipefail
# shellcheck source=../lib/hypervisor.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib/hypervisor.sh"
run_agent_script delete "$@"
