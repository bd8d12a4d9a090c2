import { ChatOpenAI } from '@langchain/openai';
import { createClient } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';
import { chatModelParams } from 'promptforge/langchain';

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

const prompt = await prompts.render('support/triage', { mail });
const { messages, settings } = chatModelParams(prompt, { model: true, config: true });
const answer = await new ChatOpenAI(settings).invoke(messages);
console.log(prompt.reference, answer.text);
