import type { BoostedPhrases } from '../data/automotive';
import type { Target } from '../audio/recording';

/** What the builder wants, checked. */
export interface Settings {
	apiVersion: Target['apiVersion'];
	channels: Target['channels'];
	/** '' lets version 1 choose. */
	model: string;
	/** Of version 2. */
	location: string;
	/** Project of the credential; '' where version 1 needs none. */
	project: string;
	recognizer: string;
	/** BCP-47. */
	language: string;
	/** Other languages that may be spoken, at most 3. */
	alsoSpoken: string[];
	/** Tried in turn when the model does not know `language`. */
	fallbacks: string[];
	phrases: BoostedPhrases[];
	/** 1 to 3. */
	maxAlternatives: number;
	profanityFilter: boolean;
	punctuation: boolean;
	wordTimes: boolean;
	enhanced: boolean;
	speakers: { min: number; max: number } | undefined;
}
