#!/bin/sh
# What External Secrets sends once it is logged in: reads by version, metadata, pushes with cas, deletes, and giving back its token.
. "$(dirname "$0")/checks.sh"

call PUT sys/policies/acl/external-secrets '{"policy":"path \"secret/data/eso/*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\"] }\npath \"secret/metadata/eso/*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\"] }"}'
is "policy" 204 "$status"
call POST auth/token/create '{"policies":["external-secrets"],"ttl":"1h"}'
VAULT_TOKEN=$(field .auth.client_token)

call GET auth/token/lookup-self
is "token type" service "$(field .data.type)"
is "its life" true "$(field '.data.ttl > 3500')"
call PUT secret/metadata/eso/app '{"custom_metadata":{"managed-by":"external-secrets"}}'
is "push metadata" 204 "$status"
call PUT secret/data/eso/app '{"data":{"password":"one"},"options":{"cas":0}}'
is "push" 200 "$status"
call PUT secret/data/eso/app '{"data":{"password":"two"},"options":{"cas":1}}'
is "push again" 2 "$(field .data.version)"
call PUT secret/data/eso/app '{"data":{"password":"three"},"options":{"cas":1}}'
is "push on an old version" 400 "$status"
call GET secret/data/eso/app
is "read" two "$(field .data.data.password)"
call GET 'secret/data/eso/app?version=1'
is "read a version" one "$(field .data.data.password)"
call GET secret/metadata/eso/app
is "managed by" external-secrets "$(field '.data.custom_metadata["managed-by"]')"
call LIST secret/metadata/eso/
is "find" app "$(field '.data.keys[0]')"
call GET secret/data/eso/none
is "missing" '404 0' "$status $(field '.errors | length')"
call DELETE secret/data/eso/app
is "delete" 204 "$status"
call GET secret/data/eso/app
is "deleted: 404 with its metadata" '404 null 2' "$status $(field .data.data) $(field .data.metadata.version)"
call DELETE secret/metadata/eso/app
is "delete all" 204 "$status"
call PUT auth/token/revoke-self
is "log out" 204 "$status"
call GET auth/token/lookup-self
is "logged out" 403 "$status"
finish
