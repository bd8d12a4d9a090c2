"""A prompt from the registry with nothing but the standard library: ETag, timeout, last known good."""

import json, os, sys, time
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

URL, KEY = os.environ["PROMPTFORGE_URL"].rstrip("/"), os.environ["PROMPTFORGE_KEY"].strip()
ENVIRONMENT = KEY.split("_")[1] if KEY.startswith("pf_") else None
MODEL_KEY = os.environ["OPENAI_API_KEY"].strip()  # With a line break, errors would quote it.
TIMEOUT, KEEP_FOR = 2, 86_400  # seconds


class NoRedirects(HTTPRedirectHandler):
    redirect_request = lambda *_: None  # The key goes to no other server.


def read(answer, until):
    content = b""
    while part := answer.read1():  # urllib's timeout is that of each part alone.
        if time.monotonic() > until:
            raise TimeoutError("timed out")
        content += part
    if answer.length:
        raise IncompleteRead(content, answer.length)
    return content.decode()


def fetch(name, etag):
    """The text, the reference and the ETag of one answer. Raises HTTPError 304 where nothing changed."""
    headers, until = {"Authorization": f"Bearer {KEY}", "If-None-Match": etag}, time.monotonic() + TIMEOUT
    request = Request(f"{URL}/v1/prompts/{name}", headers=headers)
    with build_opener(NoRedirects).open(request, timeout=TIMEOUT) as answer:
        if "PromptForge-Version" not in answer.headers:
            raise ValueError(f"What answers at {URL} is not a PromptForge registry.")
        return read(answer, until), answer.headers["PromptForge-Version"], answer.headers.get("ETag", '""')


def get(name):
    """The text and the reference of the stable version. Raises the error of the request where none is known."""
    file = Path(".promptforge", quote(f"{URL} {ENVIRONMENT} {name}", safe=""))
    try:
        text, reference, etag, confirmed = json.loads(file.read_text())
    except (OSError, ValueError, TypeError):  # There is none, or another program wrote it.
        etag, confirmed = '""', 0
    try:
        text, reference, etag = fetch(name, etag)
    except (OSError, HTTPException, ValueError) as error:
        if getattr(error, "code", None) != 304 or not confirmed:
            if time.time() - confirmed > KEEP_FOR:
                raise
            print(f"{reference} is used: {error}", file=sys.stderr)
            return text, reference
    file.parent.mkdir(mode=0o700, exist_ok=True)
    written = file.with_name(f"{file.name}.{os.getpid()}")
    written.write_text(json.dumps([text, reference, etag, time.time()]))
    written.replace(file)
    return text, reference


mail = sys.argv[1] if len(sys.argv) > 1 else "My card is blocked."
text, reference = get("support/instructions")
messages = [{"role": "system", "content": text}, {"role": "user", "content": mail}]
request = Request(
    os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions",
    json.dumps({"model": "gpt-5-mini", "messages": messages}).encode(),
    {"Authorization": f"Bearer {MODEL_KEY}", "Content-Type": "application/json"},
)
with urlopen(request, timeout=60) as answer:
    print(reference, json.load(answer)["choices"][0]["message"]["content"])
