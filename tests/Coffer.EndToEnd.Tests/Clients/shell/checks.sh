# Sourced by the scripts beside it: requests with curl to $VAULT_ADDR as $VAULT_TOKEN, and checks that say what failed.
set -u
failed=0
passed=0

# call METHOD PATH [BODY] [curl options]: sets $status and $body. $type is the body's type, once, where it is not JSON.
call() {
  method=$1 path=$2 data=${3-}
  if [ $# -ge 3 ]; then shift 3; else shift 2; fi
  reply=$(curl -sS -X "$method" -w '\n%{http_code}' ${VAULT_TOKEN:+-H "X-Vault-Token: $VAULT_TOKEN"} \
    -H "Content-Type: ${type:-application/json}" ${data:+--data-binary "$data"} "$@" "$VAULT_ADDR/v1/$path")
  type=
  status=${reply##*"
"}
  body=${reply%"
"*}
}

# is WHAT EXPECTED GOT
is() {
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $1: expected '$2', got '$3' ($method $path: $status $body)"
  fi
}

field() { printf '%s' "$body" | jq -r "$1"; }

finish() {
  echo "$passed of $((passed + failed)) checks passed"
  [ "$failed" -eq 0 ]
}
