package generate

import (
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
)

// change adds a change of the file system.
func (u *unixWorld) change() {
	f := script.FileChange{Path: u.file()}
	switch u.below(16) {
	case 0, 1:
		f.Verb, f.Path = script.FileMkdir, "/d"
	case 2:
		f.Verb = script.FileTouch
	case 3:
		f.Verb = script.FileMkfifo
	case 4, 5, 6, 7:
		f.Verb, f.Mode = script.FileChmod, [...]uint32{0, 0o500, 0o400, 0o600, 0o700, 0o300}[u.below(6)]
	case 8, 9, 10:
		f.Verb, f.Path, f.Target = script.FileSymlink, "/l", u.target()
		if u.percent(20) {
			f.Path = u.file()
		}
	case 11:
		f.Verb, f.To = script.FileLink, u.file()
	case 12, 13:
		f.Verb = script.FileRemove
	case 14:
		f.Verb, f.To = script.FileRename, u.file()
	case 15:
		f.Verb, f.Path = script.FileRmdir, "/d"
	}
	u.events = append(u.events, script.Event{Kind: script.EventEnv, Env: script.FileEnv(f)})
}

func (u *unixWorld) file() string {
	return [...]string{"/s", "/s", "/t", "/d", "/d/s", "/f", "/p", "/l", "/d/t", "/s/", "/f/x"}[u.below(11)]
}

func (u *unixWorld) target() string {
	return [...]string{"/s", "s", "/d", "/d/s", "/l", ".", "..", "/missing", "/f", "/d/", strings.Repeat("0", 256)}[u.below(11)]
}
