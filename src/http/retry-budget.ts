/**
 * Keeps an outage from being multiplied: every retry after a failure costs, every success earns a little back. When the budget is
 * spent, failures are returned at once until calls succeed again. One per client. A 429 costs nothing: it is waited for as asked.
 */
export interface RetryBudget {
  /** Takes the price of one retry, if it is there. */
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
