import assert from "node:assert/strict";
import { test } from "node:test";
import { steersClient } from "./container-runtime.ts";

test("a variable that a runtime's client may read itself is known, whether it is set or not", () => {
  for (const name of [
    "CONTAINER_HOST",
    "CONTAINERS_CONF",
    "DOCKER_HOST",
    "PODMAN_USERNS",
    "STORAGE_DRIVER",
    "REGISTRY_AUTH_FILE",
    "XDG_RUNTIME_DIR",
    "HOME",
    "PATH",
    "TMPDIR",
    "http_proxy",
    "NO_PROXY",
    "LD_PRELOAD",
    "GLIBC_TUNABLES",
    "GODEBUG",
    "BASH_ENV",
    "NOTIFY_SOCKET",
    "_CONTAINERS_ROOTLESS_UID",
  ]) {
    assert.ok(steersClient(name), name);
  }
});

test("a variable of the work alone is none of them", () => {
  const names = ["TOKEN", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "GOOGLE_API_KEY", "OLD_KEY", "LDAP"];
  assert.deepEqual(names.filter(steersClient), []);
});
