"""`python -m config.probe /ready`: asks the web server on this machine; exit 0 when it says 200. For health checks of containers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from config.environment import text, words


def main(path: str) -> int:
    """The Host is one the house allows, the scheme is the proxy's: so the answer is the one a person would get."""
    url = f"http://127.0.0.1:{text('PORT', '8600')}{path}"
    host = next(iter(words("ALLOWED_HOSTS")), "127.0.0.1").lstrip(".").replace("*", "127.0.0.1")
    request = urllib.request.Request(url, headers={"Host": host, "X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=8) as response:  # noqa: S310
            return 0 if response.status == 200 else 1
    except OSError as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "/ready"))
