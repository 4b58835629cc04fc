declare module 'vader-sentiment' {
  /** Sentiment of an English text by a list of words; `compound` from -1 to 1. */
  export const SentimentIntensityAnalyzer: {
    polarity_scores(text: string): { readonly compound: number };
  };
}
