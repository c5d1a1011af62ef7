// Package part holds the programs of a benchmark that need nothing but this
// module: the far end, which is a kernel with a program that accepts, reads,
// writes or counts; and at the near end connspec, and the kernel driven from
// Go. Each runs as a process of its own, so that no garbage of one is
// collected at the other's cost.
package part
