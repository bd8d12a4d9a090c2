import { GoogleGenAI } from '@google/genai';
import { createClient } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';
import { contentParams } from 'promptforge/google';

const { PROMPTFORGE_URL = '', PROMPTFORGE_KEY = '', GEMINI_API_KEY = '' } = process.env;
const [mail = 'My card is blocked.'] = process.argv.slice(2);

const prompts = createClient({
  url: PROMPTFORGE_URL,
  key: PROMPTFORGE_KEY,
  environment: 'production',
  // Used while the registry cannot be asked, also after a restart, for a day at most.
  storage: fileStorage('.promptforge'),
  onFallback: ({ prompt, error }) => console.warn(`${prompt.reference} is used: ${error.message}`),
});
const google = new GoogleGenAI({ apiKey: GEMINI_API_KEY });

const prompt = await prompts.render('support/triage', { mail });
const answer = await google.models.generateContent({ model: 'gemini-3.8-flash', ...contentParams(prompt) });
console.log(prompt.reference, answer.text);
