package fault

// GraveIncomplete: a grave finding does not say what is to be done, by whom or
// until when.
const GraveIncomplete Code = "grave_incomplete"
