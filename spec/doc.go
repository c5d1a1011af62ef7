// Package spec is the vocabulary of connspec: the names and numbers that the
// documents, the model, the implementation and the host kernel share.
//
// It holds no decision. Which errno a call returns is for package model and
// package impl to say, each by itself; here an errno only has a name and, per
// operating system, a number. Package spec/documents holds what each of the
// five documents of connect(2) demands, clause by clause.
package spec
