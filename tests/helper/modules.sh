# SPDX-License-Identifier: MIT
# `. tests/helper/modules.sh`: which module a public header belongs to.
owner() {
  case $1 in
  base.h | json.h | version.h) echo base ;;
  message.h | modal.h) echo command ;;
  capture.h | python.h | restore.h | restore_run.h | retention.h) echo guild ;;
  config.h) echo bot ;;
  shard_monitor.h | shard_manager.h | backup_restore.h) echo cogs ;;
  *) echo "${1%.h}" ;;
  esac
}
