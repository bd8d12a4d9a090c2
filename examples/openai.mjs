import OpenAI from 'openai';
import { createClient } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';
import { responseParams } from 'promptforge/openai';

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
const openai = new OpenAI();

const prompt = await prompts.render('support/triage', { mail });
const answer = await openai.responses.create(responseParams(prompt, { model: true, config: true }));
console.log(prompt.reference, answer.output_text);
