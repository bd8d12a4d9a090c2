import OpenAI from 'openai';
import { createClient } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';
import { chatCompletionParams } from 'promptforge/openai';

const {
  PROMPTFORGE_URL = '',
  PROMPTFORGE_KEY = '',
  GROQ_API_KEY = '',
  GROQ_BASE_URL = 'https://api.groq.com/openai/v1',
} = process.env;
const [mail = 'My card is blocked.'] = process.argv.slice(2);

const prompts = createClient({
  url: PROMPTFORGE_URL,
  key: PROMPTFORGE_KEY,
  environment: 'production',
  // Used while the registry cannot be asked, also after a restart, for a day at most.
  storage: fileStorage('.promptforge'),
  onFallback: ({ prompt, error }) => console.warn(`${prompt.reference} is used: ${error.message}`),
});
const groq = new OpenAI({ apiKey: GROQ_API_KEY, baseURL: GROQ_BASE_URL });

const prompt = await prompts.render('support/triage', { mail });
const answer = await groq.chat.completions.create({
  model: 'openai/gpt-oss-120b',
  ...chatCompletionParams(prompt),
});
console.log(prompt.reference, answer.choices[0]?.message.content);
