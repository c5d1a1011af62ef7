// Package check explores the model: which worlds a scope of sockets, threads
// and far ends can reach, by what, and which properties hold in all of them.
//
// It is the pure part. A [Scope] says what may happen, a [Walker] finds what
// follows a world, [Canonical] names worlds alike that differ in names only,
// and the properties are in the property files. The search itself, which runs on all
// cores and keeps the worlds, is diffcheck/explore.
//
// Between two stimuli the host is quiet, as in a script: a stimulus is followed
// by all that can be seen of it, and only then does the next one come. So the
// worlds explored have no frame on its way and no result that nobody took.
package check
