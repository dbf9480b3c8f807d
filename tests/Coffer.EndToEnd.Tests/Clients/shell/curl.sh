#!/bin/sh
# What the documentation of Vault shows with curl.
. "$(dirname "$0")/checks.sh"

call GET sys/health
is "health" 200 "$status"
call POST secret/data/curl/app '{"data":{"password":"p"},"options":{"cas":0}}'
is "write" 200 "$status"
call GET secret/data/curl/app
is "read" p "$(field .data.data.password)"
call GET 'secret/metadata/curl?list=true'
is "list with a query" app "$(field '.data.keys[0]')"
call LIST secret/metadata/curl
is "list with its verb" app "$(field '.data.keys[0]')"
type=application/merge-patch+json
call PATCH secret/data/curl/app '{"data":{"user":"u"}}'
is "patch" 2 "$(field .data.version)"
type=application/x-www-form-urlencoded
call POST secret/data/curl/documented '{"data":{"a":"b"}}'
is "JSON under curl's own content type" 200 "$status"
call PUT secret/data/curl/put '{"data":{"a":"b"}}'
is "put is post" 200 "$status"
call GET secret/data/curl/none
is "missing" '404 {"errors":[]}' "$status $(printf '%s' "$body" | jq -c .)"

token=$VAULT_TOKEN
VAULT_TOKEN=
call GET secret/data/curl/app '' -H "Authorization: Bearer $token"
is "bearer" 200 "$status"
call GET secret/data/curl/app
is "no token" 403 "$status"
VAULT_TOKEN=$token

call GET secret/data/curl/app '' -H 'X-Vault-Namespace: root'
is "root's namespace" 200 "$status"
call GET secret/data/curl/app '' -H 'X-Vault-Namespace: elsewhere'
is "a namespace that is not served" 404 "$status"
call GET secret/data/curl/app '' -H 'X-Vault-Wrap-TTL: 60'
wrapped=$(field .wrap_info.token)
VAULT_TOKEN=$wrapped
call POST sys/wrapping/unwrap
is "unwrap" p "$(field .data.data.password)"
VAULT_TOKEN=$token

headers=$(curl -sS -D - -o /dev/null -H "X-Vault-Token: $token" "$VAULT_ADDR/v1/secret/data/curl/app" | tr -d '\r')
is "content type" 1 "$(printf '%s\n' "$headers" | grep -ci '^content-type: application/json$')"
is "not to be stored" 1 "$(printf '%s\n' "$headers" | grep -ci '^cache-control: no-store$')"
is "http/2 is not forced" HTTP/1.1 "$(printf '%s' "$headers" | head -n 1 | cut -d ' ' -f 1)"
finish
