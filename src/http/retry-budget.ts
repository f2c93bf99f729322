/**
 * Limits a client's retries, so that they do not add to an outage: each retry after a failure costs 10 of 100 units, each success earns
 * 1. With too few units left, failures are returned at once until calls succeed again. Retries after a 429 cost nothing.
 */
export interface RetryBudget {
  /** Pays for one retry; `false` where too little is left. */
  spend(): boolean;
  earn(): void;
}

const capacity = 100;
const price = 10;

export function createRetryBudget(): RetryBudget {
  let left = capacity;
  return {
    spend() {
      if (left < price) return false;
      left -= price;
      return true;
    },
    earn() {
      if (left < capacity) left += 1;
    },
  };
}
