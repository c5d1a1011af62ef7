package model

// excusedOfBSD: clauses of the BSD pages that no rule can be told apart by.
var excusedOfBSD = []Excuse{
	{"osx/errors/EINVAL", "It heads two cases, a bad length and a bad family, that have clauses of their own."},
	{"macos/errors/EINVAL-family", "A family that is invalid is one that the socket has no use for too, and that other clause names the errno that comes: EAFNOSUPPORT."},
	{"osx/errors/EINVAL-family", "A family that is invalid is one that the socket has no use for too, and that other clause names the errno that comes: EAFNOSUPPORT."},
}
