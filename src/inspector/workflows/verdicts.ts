import { useEffect, useState } from 'preact/hooks';
import { post, Refused } from '../data/api.js';
import type { Evaluated, EvaluateRequest } from '../data/types.js';

/** What an expression came to; undefined: it has not been asked yet. */
export type Verdict = Evaluated | { readonly ok: false; readonly refusal: string };

/** So many are asked at the same time, and so many in all: a workflow may have hundreds of expressions. */
const AT_ONCE = 6;
const MOST = 300;

/**
 * Asks the emulator what each expression comes to for a task and a worker, those at the top first. Answers stay until
 * the question is another one.
 *
 * @param version - the questions are asked again when it changes.
 */
export function useVerdicts(
  questions: readonly EvaluateRequest[],
  version: string,
): (question: EvaluateRequest) => Verdict | undefined {
  const [answers, setAnswers] = useState<ReadonlyMap<string, Verdict>>(new Map());
  useEffect(() => {
    let isOver = false;
    const distinct = [...new Map(questions.map((one) => [keyOf(one), one])).entries()].slice(0, MOST);
    const found = new Map<string, Verdict>();
    const work = async () => {
      for (let next = distinct.shift(); next && !isOver; next = distinct.shift()) {
        const [key, question] = next;
        found.set(key, await verdictOf(question));
      }
    };
    void Promise.all(Array.from({ length: AT_ONCE }, work)).then(() => {
      if (!isOver) setAnswers(found);
    });
    return () => {
      isOver = true;
    };
  }, [version]);
  return (question) => answers.get(keyOf(question));
}

const keyOf = (question: EvaluateRequest) => JSON.stringify(question);

async function verdictOf(question: EvaluateRequest): Promise<Verdict> {
  try {
    return await post<Evaluated>('/evaluate', question);
  } catch (error) {
    return { ok: false, refusal: error instanceof Refused ? error.message : String(error) };
  }
}
