// Package bench measures connspec beside its peers in one run: the host
// kernel, driven from C where there is a compiler and from Go, and gVisor's
// netstack. Each trial has a fresh pair of namespaces (lab.Pair) with a kernel
// at the far end, and processes of its own; the peers take turns in every
// round, so that what else the machine does meets them all alike. The figures
// are medians of the rounds, and what matters are the ratios: machines differ.
//
// The peers that need more than this module are in the directory peers, a
// module of its own that this one does not depend on. What is missing is said
// in a line, with how to get it.
package bench
