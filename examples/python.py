"""A prompt from the registry with nothing but the standard library: ETag, timeout, last known good."""

import json, os, sys, time
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

URL, KEY = os.environ["PROMPTFORGE_URL"], os.environ["PROMPTFORGE_KEY"]
TIMEOUT, ASK_EVERY, KEEP_FOR = 2, 5, 86_400  # seconds
FOLDER = Path(".promptforge")


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # The key goes to no other server.


def stored(file):
    try:
        known = json.loads(file.read_text())
        return known if {"text", "reference", "etag", "confirmed", "asked"} <= known.keys() else None
    except (OSError, ValueError, AttributeError):
        return None  # There is none, or it was not written by this program.


def read(answer, until):
    content = b""
    while part := answer.read1():  # urllib's timeout is that of each part alone.
        if time.monotonic() > until:
            raise TimeoutError("timed out")
        content += part
    if answer.length:
        raise IncompleteRead(content, answer.length)
    return content.decode()


def get(name):
    """The stable version, with its "text" and "reference". Raises the error of the request where none is known."""
    environment, now = KEY.split("_")[1], time.time()
    file = FOLDER / quote(f"{URL} {environment} {name}", safe="")
    known = stored(file)
    if known and 0 <= now - known["asked"] < ASK_EVERY:  # A clock may be set back.
        return known
    headers = {"Authorization": f"Bearer {KEY}"} | ({"If-None-Match": known["etag"]} if known else {})
    try:
        request = Request(f"{URL}/v1/prompts/{name}", headers=headers)
        with build_opener(NoRedirects).open(request, timeout=TIMEOUT) as answer:
            text, reference = read(answer, time.monotonic() + TIMEOUT), answer.headers["PromptForge-Version"]
        if reference is None:
            raise ValueError(f"What answers at {URL} is not a PromptForge registry.")
        known = {"text": text, "reference": reference, "etag": answer.headers["ETag"], "confirmed": now}
    except (OSError, HTTPException, ValueError) as error:
        if known is None or now - known["confirmed"] > KEEP_FOR:
            raise
        if getattr(error, "code", None) == 304:
            known["confirmed"] = now
        else:
            print(f"{known['reference']} is used: {error}", file=sys.stderr)
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    written = file.with_name(f"{file.name}.{os.getpid()}")
    written.write_text(json.dumps(known | {"asked": now}))
    written.replace(file)
    return known


mail = sys.argv[1] if len(sys.argv) > 1 else "My card is blocked."
prompt = get("support/instructions")
messages = [{"role": "system", "content": prompt["text"]}, {"role": "user", "content": mail}]
request = Request(
    os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions",
    json.dumps({"model": "gpt-5-mini", "messages": messages}).encode(),
    {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}", "Content-Type": "application/json"},
)
with urlopen(request, timeout=60) as answer:
    print(prompt["reference"], json.load(answer)["choices"][0]["message"]["content"])
