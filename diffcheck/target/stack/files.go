package stack

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/vfs"
)

var fileVerbs = [...]vfs.Verb{
	script.FileMkdir: vfs.Mkdir, script.FileRmdir: vfs.Rmdir, script.FileTouch: vfs.Touch, script.FileMkfifo: vfs.Mkfifo,
	script.FileChmod: vfs.Chmod, script.FileSymlink: vfs.Symlink, script.FileLink: vfs.Hardlink,
	script.FileRemove: vfs.Remove, script.FileRename: vfs.Rename,
}

// changeFiles makes a change of the host's file system. Of a mode what it gives
// to the owner counts.
func (t *Target) changeFiles(f *script.FileChange) {
	c := vfs.Change{Verb: fileVerbs[f.Verb], Path: f.Path, To: f.To, Mode: vfs.Mode(f.Mode >> 6 & 7)}
	if f.Verb == script.FileSymlink {
		c.To = f.Target
	}
	t.host.Env(t.now, impl.Env{Kind: impl.EnvFile, File: c})
}
