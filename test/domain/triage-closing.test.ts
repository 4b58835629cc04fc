import { describe, expect, it } from 'vitest';
import { makePost, type Post } from '../../src/domain/post.ts';
import type { Verdict } from '../../src/domain/triage/verdict.ts';
import { TRIAGES } from '../support/triages.ts';

const brand = { names: ['Crockhaven'], competitors: [], domains: [] };

function post(id: string, text: string, ours = false): Post {
  const who = ours ? 'us' : 'ada';
  return makePost({
    source: 's',
    id,
    conversationId: 'a',
    via: 'reply',
    author: { id: who, name: who, handle: who },
    text,
    createdAt: 1_000,
    ours,
  });
}

const ASK = post('a', 'My lid is stuck, how do I open it?');
const ANSWER = post('b', 'Warm it under the tap, then it turns.', true);

describe.each(TRIAGES)('%s', (_, triage) => {
  function answered(text: string, earlier: readonly Post[] = [ASK, ANSWER]): Verdict {
    return triage(post('z', text), { brand, earlier, met: 0 });
  }

  describe('after our answer', () => {
    it.each([
      'thanks',
      'Thanks, Jen!',
      '@crockhaven thx 🙏',
      'ok great, will do',
      'perfect thank you so much!',
      'that worked, thanks again',
      'no worries',
      '👍',
      '❤️❤️',
      'Thank you, I will call this afternoon',
      'muchas gracias, lo probaré',
      'Recebi agora, obrigado pela ajuda!',
      'Merci beaucoup pour votre aide !',
      'Danke, hat geklappt! Er dreht sich wieder.',
      'grazie mille, risolto',
      'bedankt, het is gelukt',
      'çok teşekkürler, tamamdır',
      'Dziękuję bardzo',
      'Спасибо, попробую',
      'Terima kasih kak',
      'شكرا جزيلا',
      'बहुत धन्यवाद',
      'ありがとうございます！試してみます',
      '谢谢，我试试',
      '감사합니다',
    ])('“%s” wants no answer', (text) => {
      const verdict = answered(text);
      expect(verdict).toMatchObject({ answerDue: false });
      expect(verdict.reasons[0]?.text).toMatch(/after our answer: no answer due/);
      expect(verdict.priority).toBeLessThan(30);
    });

    it.each([
      'thanks but it still doesn’t open',
      'thanks, when will the new one ship',
      'thank you. it is order 88123',
      'thanks, here is a photo https://example.com/p',
      'DM sent',
      'just sent you a message, thanks',
      'te escribí por privado, gracias',
      'habe euch geschrieben, danke',
      'It opened. Now the handle is loose.',
      'thanks for nothing',
      '😡',
      'PS4',
      'merci mais ça ne marche toujours pas',
      'danke, aber er klemmt noch',
      'gracias, pero cuándo llega',
      'ありがとうございます。でもまだ開きません、どうすればいいですか',
      'ok so I tried it with hot water for ten minutes and then with a towel and then my husband had a go as well',
    ])('“%s” does', (text) => {
      expect(answered(text).answerDue).toBe(true);
    });

    it('says that the turn is ours when something waits in our inbox', () => {
      expect(answered('DM sent').reasons).toContainEqual({
        code: 'handover.message',
        text: 'has sent us something: the turn is ours (“DM sent”)',
      });
    });

    it('takes thanks for an answer where we had asked something', () => {
      const asked = post('b', 'Which pot do you have? Let us know!', true);
      expect(answered('The small green one, thanks', [ASK, asked]).answerDue).toBe(true);
      expect(answered('thanks', [ASK, asked]).answerDue).toBe(false);
    });

    it('counts a second thanks as one, but not thanks after an open question', () => {
      expect(answered('👍', [ASK, ANSWER, post('c', 'thank you!')]).answerDue).toBe(false);
      expect(answered('thanks', [ASK, ANSWER, post('c', 'and the handle?')]).answerDue).toBe(true);
    });

    it('thanks before any answer of ours are praise that wants one', () => {
      expect(answered('thank you so much!', [])).toMatchObject({ kinds: ['praise'], answerDue: true });
      expect(answered('thank you so much!', [ASK])).toMatchObject({ answerDue: true });
    });
  });
});
