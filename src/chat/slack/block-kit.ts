import type { types } from '@slack/bolt';

/** Slack's own types, by way of Bolt: the one Slack package that is a dependency of ours. */
export type Button = types.Button;
export type HomeView = types.HomeView;
export type InputBlock = types.InputBlock;
export type KnownBlock = types.KnownBlock;
export type MessageMetadata = types.MessageMetadata;
export type ModalView = types.ModalView;
export type Overflow = types.Overflow;
export type PlainTextInput = types.PlainTextInput;
export type PlainTextOption = types.PlainTextOption;
export type RichTextBlock = types.RichTextBlock;
export type RichTextDate = types.RichTextDate;
export type RichTextElement = types.RichTextElement;
export type RichTextLink = types.RichTextLink;
export type RichTextList = types.RichTextList;
export type RichTextQuote = types.RichTextQuote;
export type RichTextSection = types.RichTextSection;
export type RichTextText = types.RichTextText;
