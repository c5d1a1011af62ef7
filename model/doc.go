// Package model says what a system may do: a state machine of the socket
// connect states with, for each of the five dialects, a table of rules.
//
// A [World] is everything the model knows at one moment, a [Label] is what
// happens next, and [Step] gives the worlds that may follow: a set, since some
// documents leave a choice. What is possible is written down in rules
// ([Rules], one row each, tables in rules_*.go); the rest of the package is the
// machinery that applies them.
//
// The reader's path: world.go (the state), label.go (what happens), rule.go
// (what a rule is), step.go (how one is chosen), then the tables. Package
// model/oracle judges a whole trace with it.
//
// The model knows no clock. Timers may fire only while time passes, between
// the labels Advance and Settle; in between, events are instantaneous.
package model
