/** The shapes that cross the wire, by their names in `openapi.yaml`. */

import type { components } from './schema';

type Schemas = components['schemas'];

export type CaptureRequest = Schemas['CaptureRequest'];
export type DocumentDigests = Schemas['DocumentDigests'];
export type EntryOutputs = Schemas['EntryOutputs'];
export type EntryPage = Schemas['EntryPage'];
export type EntrySummary = Schemas['EntrySummary'];
export type Job = Schemas['Job'];
export type JobList = Schemas['JobList'];
export type JobRequest = Schemas['JobRequest'];
export type Reason = Schemas['Reason'];
export type Status = Schemas['Status'];
export type StatusList = Schemas['StatusList'];
export type StatusRequest = Schemas['StatusRequest'];
