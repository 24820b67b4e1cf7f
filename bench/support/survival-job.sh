#!/bin/bash
# A member of a job that writes down what becomes of it, so that others can tell what was run:
#
#     bash survival-job.sh KIND STEPS [FAILURES]
#
# KIND is `well`, `save` (it goes on from its checkpoint), `fail` (so often, then it ends well) or
# `stay` (until it is told to leave). A step takes 50 ms, and starts no process: offline work is to
# get on although the machine is busy.
#
# In $RECORDS, one file each, never written twice:
# - JOB@LIFE.ATTEMPT.MEMBER.start: process, its start time, and the step that it began with
# - JOB@LIFE.ATTEMPT.MEMBER.end: ok, failed or left, and the step that it came to
# - ….again: a member was started a second time in one attempt
# - ….beside: it began while a process of another attempt or life of its job still lived
set -uC
kind=$1
steps=$2
failures=${3:-0}
run="$RECORDS/$NEURAXIS_JOB@$LIFE.$NEURAXIS_ATTEMPT"
mine="$run.$NEURAXIS_MEMBER"
step=0
exec 8<> <(:)

end() {
  trap '' TERM
  echo "$1 $step" >"$mine.end" || : >|"$mine.again"
}

save() {
  [ "$kind" = save ] || return 0
  echo "$step" >|"$NEURAXIS_CHECKPOINT_DIR/step.$RANK.tmp"
  mv "$NEURAXIS_CHECKPOINT_DIR/step.$RANK.tmp" "$NEURAXIS_CHECKPOINT_DIR/step.$RANK"
}

leave() {
  save
  end left
  exit 0
}

# In clock ticks since the boot: with it a process number means one process for all time. None for
# one that has ended and whose parent has not asked how.
start_time() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${line##*) }
  start=${20}
  [ "$1" != Z ]
}

for other in "$RECORDS/$NEURAXIS_JOB@"*.start; do
  case $other in "$run".*) continue ;; esac
  [ -e "${other%start}end" ] && continue
  [ -e "$other" ] && read -r pid began _ <"$other" || continue
  start_time "$pid" && [ "$start" = "$began" ] && : >|"$mine.beside"
done

if [ "$kind" = save ] && [ -e "$NEURAXIS_CHECKPOINT_DIR/step.$RANK" ]; then
  read -r step <"$NEURAXIS_CHECKPOINT_DIR/step.$RANK"
fi
trap leave TERM
start_time $$
if ! echo "$$ $start $step" >"$mine.start"; then
  : >|"$mine.again"
  exit 97
fi

while [ "$kind" = stay ] || [ "$step" -lt "$steps" ]; do
  read -rt 0.05 _ <&8
  step=$((step + 1))
  save
done

failed=0
for record in "$RECORDS/$NEURAXIS_JOB@$LIFE".*.end; do
  [ -e "$record" ] && read -r outcome _ <"$record" && [ "$outcome" = failed ] && failed=$((failed + 1))
done
# The last of a gang fails, the others outlive it.
if [ "$kind" = fail ] && [ "$failed" -lt "$failures" ]; then
  while [ "$RANK" -ne $((WORLD_SIZE - 1)) ]; do read -rt 0.05 _ <&8; done
  end failed
  exit 3
fi
end ok
