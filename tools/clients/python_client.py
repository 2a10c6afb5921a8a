"""Drives UpCloud's own Python client, unmodified, against a running simulator. Usage: python_client.py URL"""

import sys
import time

import upcloud_api
from upcloud_api.api import API

MAIL = "009d64ef-31d1-4684-a26b-c86c955cbf46"
WEB = "0053cd80-5945-4105-9081-11192806a8f7"
THEIRS = "00c21a7e-6b0d-4f3e-9d58-2a4c6e80f1b3"


def refused(code, call, *arguments):
    try:
        call(*arguments)
    except upcloud_api.UpCloudAPIError as error:
        assert error.error_code == code, f"expected {code}, got {error}"
        print(f"  refused as expected: {error.error_code}: {error.error_message}")
        return
    raise AssertionError(f"expected {code}, but the call went through")


def drive(manager, api_root):
    API.api_root = api_root
    print(f"{api_root}: account {manager.get_account()['account']['username']}")
    before = {ip.address for ip in manager.get_ips()}
    print(f"  {len(before)} addresses, first: {manager.get_ip(sorted(before)[0]).to_dict()}")

    refused("SERVER_STATE_ILLEGAL", manager.attach_ip, MAIL)
    refused("SERVER_FORBIDDEN", manager.attach_ip, THEIRS)
    refused("SERVER_NOT_FOUND", manager.attach_ip, "00c21a7e-0000-4000-8000-000000000000")
    refused("IP_ADDRESS_NOT_FOUND", manager.get_ip, "203.0.113.250")
    refused("IP_ADDRESS_INVALID", manager.release_ip, "garbage")

    assigned = [manager.attach_ip(WEB, "IPv4") for _ in range(4)] + [manager.attach_ip(WEB, "IPv6")]
    refused("IP_ADDRESS_LIMIT_REACHED", manager.attach_ip, WEB, "IPv4")
    named = manager.modify_ip(assigned[0].address, "web.example.com")
    assert named.ptr_record == "web.example.com"
    refused("PTR_RECORD_INVALID", manager.modify_ip, assigned[0].address, "web")
    for ip in assigned:
        ip.destroy()

    server = manager.get_server(MAIL)
    server.stop()
    started_at = time.monotonic()
    while server.populate().state != "stopped":
        time.sleep(0.5)
    print(f"  stopped after {time.monotonic() - started_at:.1f} s")
    extra = server.add_ip("IPv4")
    print(f"  assigned {extra.address}, {extra.ptr_record}")
    manager.release_ip(extra.address)
    server.start()
    assert server.populate().state == "started"

    if api_root.endswith("1.3"):
        floating = manager.create_floating_ip("fi-hel1")
        manager.release_ip(floating.address)
        print(f"  floating address {floating.address} created and released")
    assert {ip.address for ip in manager.get_ips()} == before
    print("  the account is as before")


if __name__ == "__main__":
    url = sys.argv[1]
    API.api_root = f"{url}/1.3"
    for version in ("1.2", "1.3"):
        drive(upcloud_api.CloudManager("demo", "demo"), f"{url}/{version}")
    API.api_root = f"{url}/1.3"
    refused("AUTHENTICATION_FAILED", upcloud_api.CloudManager("demo", "wrong").get_ips)
