package model

// excusedOfPaths: clauses about paths longer than PATH_MAX, which no address
// has room for: sun_path takes 108 bytes in Linux, 253 in the BSDs.
var excusedOfPaths = []Excuse{
	{"posix/errors/may/ENAMETOOLONG-path", "No address has room for a path longer than PATH_MAX."},
	{"posix/errors/may/ENAMETOOLONG-intermediate", "It takes links whose targets are longer than a world holds, and it is a may: any system may leave the check out, as Linux does."},
	{"macos/errors/unix/ENAMETOOLONG-path", "No address has room for a path longer than PATH_MAX."},
	{"osx/errors/unix/ENAMETOOLONG-path", "No address has room for a path longer than PATH_MAX."},
}
