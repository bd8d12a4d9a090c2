/** The page of a promotion before its script fills it: landmarks, labels, and a policy that lets nothing in from outside. */
import type { PageParts } from '../preview/page.ts';

export function promotionPageHtml({ cspSource, scriptUri, styleUri, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Promotion</title>
<link rel="stylesheet" href="${styleUri}">
</head>
<body>
<header>
<h1 id="title" tabindex="-1">Promotion</h1>
<p id="state" role="status"></p>
<p id="trouble" hidden><span id="trouble-text" role="status"></span> <button id="again" type="button" class="link">Try Again</button></p>
<div class="bar" role="group" aria-label="Actions">
<button id="open-changes" type="button" class="primary">Open Changes</button>
<span id="actions" class="bar"></span>
</div>
<p id="note" hidden></p>
</header>
<main>
<section aria-labelledby="about-heading">
<h2 id="about-heading">About</h2>
<dl id="facts"></dl>
</section>
<section aria-labelledby="changes-heading">
<h2 id="changes-heading">Changes</h2>
<p id="breaking" hidden></p>
<ul id="changes"></ul>
</section>
<section id="policy-section" aria-labelledby="policy-heading">
<h2 id="policy-heading">Requirements</h2>
<ul id="policy"></ul>
</section>
<section id="approvals-section" aria-labelledby="approvals-heading" hidden>
<h2 id="approvals-heading">Approvals</h2>
<ol id="approvals"></ol>
</section>
<section aria-labelledby="discussion-heading">
<h2 id="discussion-heading">Discussion</h2>
<p id="left" hidden></p>
<div role="log" aria-labelledby="discussion-heading"><ol id="discussion"></ol></div>
<p id="silence">No comments yet.</p>
<form id="comment-form">
<label for="comment">Comment on the whole promotion</label>
<textarea id="comment" rows="3" aria-describedby="comment-problem"></textarea>
<p id="comment-problem" role="status" class="problem"></p>
<div class="bar"><button id="send" type="submit">Comment</button></div>
</form>
</section>
</main>
<script nonce="${nonce}" src="${scriptUri}"></script>
</body>
</html>
`;
}
