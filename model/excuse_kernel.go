package model

// notShown are rules of the Linux dialect that a run on the kernel need not
// meet, one on a line.
var notShown = []Unshown{}

// wideRules are rules with more than three answers on average, one on a line.
var wideRules = []Wide{}
