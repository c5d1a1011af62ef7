package kernel

import (
	"errors"
	"fmt"
	"path"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
)

// files is the file system that the paths of scripts are in: a tmpfs that is
// mounted nowhere and known by a descriptor alone, so that it is gone with the
// process however that ends. A thread that runs a script has its root there,
// and has laid down the capabilities that permissions do not bind.
type files struct {
	missing error // why there is none; the rest is then not set
	outside int   // the root of the process
	workdir int   // its working directory
	inside  int   // that of scripts
	list    int   // the same, to read its entries
	bound   [2]unix.CapUserData
	free    [2]unix.CapUserData
	dirty   bool // a script may have left something
}

// openFiles makes an empty file system. It does not fail: where there can be
// none, scripts that need one are refused.
func openFiles() *files {
	f := &files{outside: -1, workdir: -1, inside: -1, list: -1}
	f.missing = f.open()
	return f
}

func (f *files) open() error {
	var err error
	if f.outside, err = unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("open /: %w", err)
	}
	if f.workdir, err = unix.Open(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("open the working directory: %w", err)
	}
	if err := f.capabilities(); err != nil {
		return err
	}
	made := make(chan error)
	go func() {
		// Never unlocked: the thread may get a mount namespace of its own.
		runtime.LockOSThread()
		made <- f.mount()
	}()
	return <-made
}

// mount makes the tmpfs. Without privilege in the namespace of the machine's
// mounts it takes one of its own.
func (f *files) mount() error {
	fs, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if errors.Is(err, unix.EPERM) {
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
			return fmt.Errorf("mount namespace: %w", err)
		}
		fs, err = unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	}
	if err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	defer unix.Close(fs)
	if err := unix.FsconfigSetString(fs, "mode", "0755"); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	if f.inside, err = unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	if f.list, err = unix.Openat(f.inside, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	if err := f.enter(true); err != nil { // this thread ends here
		return fmt.Errorf("a root of its own: %w", err)
	}
	return nil
}

// capabilities takes down those of the process, and what is left of them
// without the two that pass over permissions.
func (f *files) capabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capget(&header, &f.free[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	f.bound = f.free
	f.bound[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	return nil
}

// enter takes the calling thread into the file system; fresh says that it was
// never there.
func (f *files) enter(fresh bool) error {
	if fresh {
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
		unix.Umask(0)
	}
	return f.move(f.inside, &f.bound)
}

// exit takes it out again, for it to be used by others.
func (f *files) exit() error {
	if err := f.move(f.outside, &f.free); err != nil {
		return err
	}
	return unix.Fchdir(f.workdir)
}

func (f *files) move(root int, caps *[2]unix.CapUserData) error {
	if err := unix.Fchdir(root); err != nil {
		return err
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	return unix.Capset(&header, &caps[0])
}

// used reports whether the script makes or follows paths.
func (f *files) used(s *script.Script) bool {
	for i := range s.Events {
		ev := &s.Events[i]
		if ev.Kind == script.EventEnv && ev.Env.Kind == script.EnvFile {
			return true
		}
		if p := ev.Call.Addr.Path; ev.Kind == script.EventCall && p != "" && p[0] != 0 {
			return true
		}
	}
	return false
}

// change makes a change of the file system, from inside. One that fails
// changes nothing.
func (f *files) change(c *script.FileChange) error {
	f.dirty = true
	var err error
	switch c.Verb {
	case script.FileMkdir:
		err = unix.Mkdir(c.Path, 0o777)
	case script.FileRmdir:
		err = unix.Rmdir(c.Path)
	case script.FileTouch:
		var fd int
		if fd, err = unix.Open(c.Path, unix.O_WRONLY|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o777); err == nil {
			unix.Close(fd)
		}
	case script.FileMkfifo:
		err = unix.Mkfifo(c.Path, 0o777)
	case script.FileChmod:
		err = unix.Chmod(c.Path, c.Mode)
	case script.FileSymlink:
		err = unix.Symlink(c.Target, c.Path)
	case script.FileLink:
		err = unix.Link(c.Path, c.To)
	case script.FileRemove:
		err = unix.Unlink(c.Path)
	case script.FileRename:
		err = unix.Rename(c.Path, c.To)
	default:
		return fmt.Errorf("kernel: a change of files of no known verb: %d", c.Verb)
	}
	var errno unix.Errno
	if err != nil && !errors.As(err, &errno) {
		return err
	}
	return nil
}

// clean empties the file system, from outside.
func (f *files) clean() error {
	if !f.dirty {
		return nil
	}
	f.dirty = false
	if err := unix.Fchmodat(f.inside, ".", rootMode, 0); err != nil { // which a script reaches by ".."
		return fmt.Errorf("kernel: permissions of the root of scripts: %w", err)
	}
	return empty(f.list, 0)
}

// rootMode are the permissions of the root of scripts.
const rootMode = 0o755

// depthMax is deeper than a script can make directories.
const depthMax = script.EventsMax

// empty removes all that is in a directory, which is open for reading.
func empty(fd, depth int) error {
	if depth > depthMax {
		return fmt.Errorf("kernel: directories nested more than %d deep", depthMax)
	}
	if _, err := unix.Seek(fd, 0, 0); err != nil {
		return fmt.Errorf("kernel: empty a directory: %w", err)
	}
	var names []string
	var b [4096]byte
	for {
		n, err := unix.ReadDirent(fd, b[:])
		if err != nil {
			return fmt.Errorf("kernel: empty a directory: %w", err)
		}
		if n == 0 {
			break
		}
		_, _, names = unix.ParseDirent(b[:n], -1, names)
	}
	for _, name := range names {
		err := unix.Unlinkat(fd, name, 0)
		if errors.Is(err, unix.EISDIR) {
			err = emptyAndRemove(fd, name, depth)
		}
		if err != nil {
			return fmt.Errorf("kernel: remove %s: %w", path.Base(name), err)
		}
	}
	return nil
}

func emptyAndRemove(dir int, name string, depth int) error {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	err = empty(fd, depth+1)
	unix.Close(fd)
	if err != nil {
		return err
	}
	return unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
}

func (f *files) close() {
	for _, fd := range [...]int{f.outside, f.workdir, f.inside, f.list} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// settle takes the lane's thread into the file system, if the script needs it.
func (k *Target) settleFiles(s *script.Script) error {
	k.inFiles = false
	if !k.files.used(s) {
		return nil
	}
	if k.files.missing != nil {
		return &target.Unsupported{Reason: fmt.Sprintf("the script has paths, and this process can have no file system of its own: %v", k.files.missing)}
	}
	if err := k.files.enter(!k.apart); err != nil {
		return fmt.Errorf("kernel: file system of the script: %w", err)
	}
	k.inFiles, k.apart, k.files.dirty = true, true, true
	return nil
}

// leaveFiles takes it out and removes what the script left.
func (k *Target) leaveFiles() error {
	if !k.inFiles {
		return nil
	}
	k.inFiles = false
	if err := k.files.exit(); err != nil {
		return fmt.Errorf("kernel: back from the file system of the script: %w", err)
	}
	return k.files.clean()
}

// outside runs what needs the machine's own file system.
func (k *Target) outside(f func() error) error {
	if !k.inFiles {
		return f()
	}
	if err := k.files.exit(); err != nil {
		return fmt.Errorf("kernel: out of the file system of the script: %w", err)
	}
	err := f()
	if back := k.files.enter(false); err == nil && back != nil {
		err = fmt.Errorf("kernel: back to the file system of the script: %w", back)
	}
	return err
}
