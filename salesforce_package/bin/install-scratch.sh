#!/usr/bin/env bash
# Makes a scratch org with the whole package in it, ready to click: org, certificate, package,
# permission sets, a few records. Each step says what it does, and what to do when it fails.
#
#   bin/install-scratch.sh [--alias NAME] [--days N] [--dev-hub NAME] [--service-url https://…]
#                          [--with-tests] [--no-open]
#
# The booking service must be reachable from the internet for bookings to work; everything else
# can be looked at without it. docs/install-salesforce.md says how the two are connected.

set -euo pipefail

readonly CERTIFICATE=Booking_Service
readonly PERMISSION_SETS=(Booking_Admin Booking_Organizer Booking_Host)

alias_name=hot-handover
days=7
dev_hub=
service_url=
with_tests=no
opens=yes
scratch=

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }

# What happened, then what to do about it, a line each.
fail() {
    printf '\n\033[31m%s\033[0m\n' "$1" >&2
    shift
    printf '  %s\n' "$@" >&2
    exit 1
}

usage() { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

clean_up() { [ -z "$scratch" ] || rm -rf "$scratch"; }

value_of() {
    [ $# -ge 2 ] && [ -n "$2" ] || fail "$1 needs a value." "See: bin/install-scratch.sh --help"
    printf '%s' "$2"
}

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --alias) alias_name=$(value_of "$@"); shift ;;
            --days) days=$(value_of "$@"); shift ;;
            --dev-hub) dev_hub=$(value_of "$@"); shift ;;
            --service-url) service_url=$(value_of "$@"); shift ;;
            --with-tests) with_tests=yes ;;
            --no-open) opens=no ;;
            -h | --help) usage && exit 0 ;;
            *) fail "'$1' is no option." "See: bin/install-scratch.sh --help" ;;
        esac
        shift
    done
    [[ $days =~ ^([1-9]|[12][0-9]|30)$ ]] ||
        fail "A scratch org lives 1 to 30 days, not '$days'." "Give another number: --days 7"
    service_url=${service_url%/}
    [ -z "$service_url" ] || [[ $service_url =~ ^https://[^/?#]+$ ]] ||
        fail "'$service_url' is no address Salesforce can call." \
            "Give https and a host, without a path: --service-url https://booking.example.com"
}

need_command_line() {
    command -v sf >/dev/null ||
        fail "The Salesforce command line (sf) is not installed." \
            "It needs Node 22 or newer: npm install --global @salesforce/cli" \
            "Then run this again."
}

need_dev_hub() {
    [ -z "$dev_hub" ] || return 0
    local configured
    configured=$(sf config get target-dev-hub --json 2>/dev/null) || configured=
    grep -Eq '"value": *"[^"]' <<<"$configured" ||
        fail "No Dev Hub is chosen, the org from which scratch orgs are made." \
            "In a production or Developer Edition org: Setup > Dev Hub > Enable Dev Hub." \
            "Then: sf org login web --set-default-dev-hub" \
            "or name one that is logged in already: --dev-hub NAME"
}

make_org() {
    say "Making the scratch org '$alias_name' for $days days (one to five minutes)"
    local options=(--definition-file config/project-scratch-def.json --alias "$alias_name"
        --duration-days "$days" --wait 20)
    [ -z "$dev_hub" ] || options+=(--target-dev-hub "$dev_hub")
    sf org create scratch "${options[@]}" ||
        fail "The scratch org was not made; the reason is above." \
            "LIMIT_EXCEEDED: the Dev Hub's active or daily scratch orgs are used up." \
            "  See them: sf org list    Delete one: sf org delete scratch --target-org NAME" \
            "Expired access: sf org login web --set-default-dev-hub"
}

# An empty .crt makes Salesforce make the key pair itself; the private key never leaves the org.
make_certificate() {
    say "Making the certificate with which the org signs its calls"
    mkdir -p "$scratch/new/certs"
    : >"$scratch/new/certs/$CERTIFICATE.crt"
    cat >"$scratch/new/certs/$CERTIFICATE.crt-meta.xml" <<-XML
		<?xml version="1.0" encoding="UTF-8" ?>
		<Certificate xmlns="http://soap.sforce.com/2006/04/metadata">
		    <caSigned>false</caSigned>
		    <keySize>2048</keySize>
		    <masterLabel>Booking Service</masterLabel>
		    <privateKeyExportable>false</privateKeyExportable>
		</Certificate>
	XML
    cat >"$scratch/new/package.xml" <<-XML
		<?xml version="1.0" encoding="UTF-8" ?>
		<Package xmlns="http://soap.sforce.com/2006/04/metadata">
		    <types>
		        <members>$CERTIFICATE</members>
		        <name>Certificate</name>
		    </types>
		    <version>65.0</version>
		</Package>
	XML
    sf project deploy start --metadata-dir "$scratch/new" --target-org "$alias_name" --wait 10 ||
        fail "The certificate was not made; the reason is above." \
            "Make it by hand: sf org open --target-org $alias_name --path lightning/setup/CertificatesAndKeyManagement/home" \
            "  Create Self-Signed Certificate, Label 'Booking Service', Unique Name $CERTIFICATE, 2048 bit." \
            "Then go on with: sf project deploy start --source-dir force-app --target-org $alias_name"
}

keep_certificate() {
    local kept=../.local/salesforce/$alias_name.crt
    if sf project retrieve start --metadata "Certificate:$CERTIFICATE" --target-org "$alias_name" \
        --target-metadata-dir "$scratch/kept" --unzip >/dev/null 2>&1 &&
        mkdir -p "${kept%/*}" &&
        find "$scratch/kept" -name "$CERTIFICATE.crt" -exec cp {} "$kept" \; && [ -s "$kept" ]; then
        note "Its public half, for the booking service: $(cd "${kept%/*}" && pwd)/${kept##*/}"
    else
        note "Its public half could not be fetched. Download it in the org:"
        note "Setup > Certificate and Key Management > Booking Service > Download Certificate."
    fi
}

deploy_package() {
    say "Deploying the package (one to three minutes)"
    local again="sf project deploy start --source-dir force-app --target-org $alias_name"
    if [ -n "$service_url" ]; then
        export BOOKING_SERVICE_URL=$service_url BOOKING_SERVICE_URL_IS_GIVEN=yes
        again="BOOKING_SERVICE_URL=$service_url BOOKING_SERVICE_URL_IS_GIVEN=yes $again"
    fi
    sf project deploy start --source-dir force-app --target-org "$alias_name" --wait 30 ||
        fail "The package was not deployed, and nothing of it is in the org; the reason is above." \
            "Check it here first: make test" \
            "Then once more: $again"
}

# Without it everything works but the service's own sign-in, which Setup can do as well.
deploy_service_access() {
    say "Deploying the External Client App for the booking service"
    sf project deploy start --source-dir service-access --target-org "$alias_name" --wait 10 || {
        note "It was not deployed; the reason is above. Everything else goes on."
        note "Make it by hand: docs/install-salesforce.md, 'Let the service into the org'."
    }
}

assign_permission_sets() {
    say "Giving you ${PERMISSION_SETS[*]}"
    local options=()
    local name
    for name in "${PERMISSION_SETS[@]}"; do options+=(--name "$name"); done
    sf org assign permset "${options[@]}" --target-org "$alias_name" ||
        fail "The permission sets were not assigned; the reason is above." \
            "In the org: Setup > Permission Sets > Booking Organizer > Manage Assignments."
}

import_records() {
    say "Importing two leads, and an account with a contact, an opportunity and a case"
    sf data import tree --plan config/sample-records/plan.json --target-org "$alias_name" || {
        note "They were not imported; the reason is above. Make a lead by hand instead."
    }
}

run_tests() {
    [ "$with_tests" = yes ] || return 0
    say "Running the Apex tests"
    sf apex run test --test-level RunLocalTests --code-coverage --result-format human --wait 20 \
        --target-org "$alias_name" ||
        fail "Apex tests failed; which ones is said above. The org stands all the same." \
            "Open it: sf org open --target-org $alias_name"
}

say_what_is_left() {
    say "The org is ready: sf org open --target-org $alias_name"
    note "In the app launcher choose Hot Handover, then a lead: the Bookings card is on the right."
    if [ -n "$service_url" ]; then
        note "It calls $service_url. Tell the service about the org:"
        note "docs/install-salesforce.md, 'Connect the org with the service'."
    else
        note "It does not know the booking service yet, and says so on the card."
        note "docs/install-salesforce.md, 'Tell Salesforce where the service is', goes on from here."
    fi
}

open_org() {
    [ "$opens" = yes ] || return 0
    sf org open --path lightning/o/Lead/list --target-org "$alias_name" ||
        note "No browser could be opened; open it yourself with the command above."
}

main() {
    read_options "$@"
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    need_command_line
    need_dev_hub
    scratch=$(mktemp -d)
    trap clean_up EXIT
    make_org
    make_certificate
    keep_certificate
    deploy_package
    deploy_service_access
    assign_permission_sets
    import_records
    run_tests
    say_what_is_left
    open_org
}

main "$@"
