package tap_test

import (
	"os"
	"testing"

	"github.com/connspec/connspec/hwtarget/lab"
)

func TestMain(m *testing.M) { os.Exit(lab.Main(m)) }
