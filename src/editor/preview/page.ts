/** The preview's page before its script fills it: landmarks, labels, and a policy that lets nothing in from outside. */

export interface PageParts {
  /** The value of `Webview.cspSource`. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** New for every page. */
  readonly nonce: string;
}

export function pageHtml({ cspSource, scriptUri, styleUri, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Prompt Preview</title>
<link rel="stylesheet" href="${styleUri}">
</head>
<body>
<header>
<h1 id="title"></h1>
<div class="bar">
<label for="sample">Sample</label>
<select id="sample"></select>
<span id="edited" hidden>edited</span>
<button id="save" type="button" aria-label="Save sample…">Save…</button>
</div>
<p id="trouble" hidden><span id="trouble-text"></span> <button id="open-samples" type="button" class="link">Open the samples file</button></p>
<details id="inputs">
<summary>Inputs <span id="given"></span></summary>
<div class="bar"><button id="as-json" type="button" aria-pressed="false" aria-controls="form json-editor">Edit as JSON</button></div>
<div id="form"></div>
<div id="json-editor" hidden>
<label for="json">The input as JSON: values by variable name</label>
<textarea id="json" rows="10" spellcheck="false" aria-describedby="json-problem"></textarea>
<p id="json-problem" role="status" class="problem"></p>
</div>
</details>
</header>
<main aria-label="Rendered prompt">
<section id="problem" aria-label="Problem" hidden></section>
<p id="missing" hidden></p>
<div id="rendered"></div>
</main>
<footer>
<p id="counts"></p>
<div class="bar" role="group" aria-label="Copy">
<button type="button" data-copy="text">Copy text</button>
<button type="button" data-copy="messages">Copy messages</button>
<button type="button" data-copy="curl">Copy curl</button>
</div>
<p id="status" role="status" aria-live="polite" class="spoken"></p>
</footer>
<script nonce="${nonce}" src="${scriptUri}"></script>
</body>
</html>
`;
}
