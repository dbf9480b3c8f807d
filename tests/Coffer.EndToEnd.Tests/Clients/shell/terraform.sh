#!/bin/sh
# What Terraform's provider sends when it starts: look itself up, make a short-lived child, read the version, then mounts and methods.
. "$(dirname "$0")/checks.sh"

call GET auth/token/lookup-self
is "lookup" 200 "$status"
call PUT auth/token/create '{"display_name":"terraform","ttl":"1200s","explicit_max_ttl":"1200s","renewable":false}'
is "child" 200 "$status"
is "child lives 20 minutes" 1200 "$(field .auth.lease_duration)"
is "child is not renewable" false "$(field .auth.renewable)"
parent=$VAULT_TOKEN
VAULT_TOKEN=$(field .auth.client_token)
call GET auth/token/lookup-self
is "its name" token-terraform "$(field .data.display_name)"
is "its end" 1200 "$(field .data.explicit_max_ttl)"
call GET sys/seal-status
is "strict semantic version" true "$(field '.version | test("^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$")')"
call GET sys/auth/token
is "an auth method" token "$(field .data.type)"
call GET sys/mounts/secret
is "a mount" 2 "$(field .data.options.version)"
call GET sys/auth/none
is "no such method" 400 "$status"
call POST sys/mounts/terraform '{"type":"kv","options":{"version":"2"}}'
is "mount" 204 "$status"
call GET sys/mounts/terraform/tune
is "tune" 2764800 "$(field .data.default_lease_ttl)"
call DELETE sys/mounts/terraform
is "unmount" 204 "$status"
call PUT sys/policies/acl/terraform '{"policy":"path \"secret/*\" { capabilities = [\"read\"] }"}'
is "policy" 204 "$status"
call DELETE sys/policies/acl/terraform
is "policy removed" 204 "$status"
VAULT_TOKEN=$parent
finish
