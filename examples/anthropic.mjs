import Anthropic from '@anthropic-ai/sdk';
import { messageParams } from 'promptforge/anthropic';
import { createClient } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';

const { PROMPTFORGE_URL = '', PROMPTFORGE_KEY = '' } = process.env;
const [mail = 'My card is blocked.'] = process.argv.slice(2);

const prompts = createClient({
  url: PROMPTFORGE_URL,
  key: PROMPTFORGE_KEY,
  environment: 'production',
  // Used while the registry cannot be asked, also after a restart, for a day at most.
  storage: fileStorage('.promptforge'),
  onFallback: ({ prompt, error }) => console.warn(`${prompt.reference} is used: ${error.message}`),
});
const anthropic = new Anthropic();

const prompt = await prompts.render('support/triage', { mail });
const answer = await anthropic.messages.create({ model: 'claude-sonnet-5-5', ...messageParams(prompt) });
const text = answer.content.map(block => (block.type === 'text' ? block.text : '')).join('');
console.log(prompt.reference, text);
