package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"chaski/internal/backup"
	"chaski/internal/ops"
	"chaski/internal/server"
	"chaski/internal/store"
	"chaski/internal/store/pull"
	"chaski/internal/verify"
)

// errFlawed is the exit status of a backup that is good but found the original
// wanting.
var errFlawed = errors.New("la copia está hecha y se puede restaurar, pero el original tiene los problemas de arriba")

// Backup makes an archive of databases and files while the server works.
func Backup(pb *pocketbase.PocketBase, version string) *cobra.Command {
	var o backup.Options
	var check string
	var minFreeMB int64
	c := &cobra.Command{
		Use:   "backup",
		Short: "Copia la base y los archivos juntos, con el servidor en marcha",
		Long: `Hace un solo archivo .tar.zst con las bases tal como estaban en un mismo instante y todos
los archivos que sus filas nombran. No detiene al servidor. La copia se vuelve a leer entera,
se compara con sus SHA-256 y se revisa antes de darle su nombre; lo que no pasa no queda.

Termina con 1 si no pudo hacer la copia, o si la hizo y encontró problemas en el original
(archivos que faltan en el disco, diferencias de verify): los nombra.`,
		Example: `  chaski backup --dir pb_data
  chaski backup --dir pb_data --to /mnt/respaldos --keep 14
  chaski backup --dir pb_data --to antes-de-actualizar.tar.zst --check quick`,
		Args: cobra.NoArgs, SilenceUsage: true, Annotations: standalone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Dir, o.Version, o.Progress, o.Check = pb.DataDir(), version, cmd.OutOrStdout(), backup.Check(check)
			o.Verify, o.Room = VerifyCopy(pb.EncryptionEnv()), roomAbove(minFreeMB<<20)
			if o.To == "" {
				o.To = filepath.Join(o.Dir, core.LocalBackupsDirName)
			}
			if err := knownCheck(check); err != nil {
				return err
			}
			r, err := backup.Create(cmd.Context(), o)
			if err != nil {
				return err
			}
			return tellBackup(cmd.OutOrStdout(), r)
		},
	}
	c.Flags().StringVar(&o.To, "to", "", "carpeta, o nombre del archivo terminado en "+backup.Suffix+" (por defecto, backups dentro de --dir)")
	c.Flags().IntVar(&o.Keep, "keep", 0, "cuántas copias conservar en la carpeta; 0 las conserva todas")
	c.Flags().Int64Var(&minFreeMB, "min-free", ops.MinFree>>20, "MB que deben quedar libres en cada disco: si no, no se hace la copia; 0 usa todo el espacio")
	checkFlag(c, &check)
	return c
}

// roomAbove refuses what would leave less than a floor of bytes on a disk.
func roomAbove(floor int64) func(dir string, more int64) error {
	return func(dir string, more int64) error {
		free, err := ops.DiskFree(dir)
		if err != nil || free < 0 || free-more >= floor {
			return nil // nobody can tell: the disk will
		}
		return fmt.Errorf("no hay espacio para la copia en el disco de %s: necesita unos %d MB y hay %d MB, de los que %d deben quedar libres (--min-free); "+
			"borre copias y carpetas reemplazado-… antiguas, o copie a otro disco con --to", dir, more>>20, free>>20, floor>>20)
	}
}

// backupPlan is how a running server makes backups.
type backupPlan struct {
	app      core.App
	schedule string
	to       string
	keep     int
	check    string
	minFree  int64 // MB
}

const (
	defaultSchedule = "30 6 * * *" // UTC: 01:30 in Lima
	defaultKeep     = 7
)

func newBackupPlan(app core.App) *backupPlan {
	return &backupPlan{app: app, schedule: defaultSchedule, keep: defaultKeep, check: string(backup.CheckFull), minFree: ops.MinFree >> 20}
}

// run makes a backup in a process of its own: whatever it needs of memory, and
// whatever becomes of it, the server goes on. One processor is left to others.
func (p *backupPlan) run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, self, "backup", "--dir", p.app.DataDir(), "--encryptionEnv", p.app.EncryptionEnv(),
		"--to", cmp.Or(p.to, filepath.Join(p.app.DataDir(), core.LocalBackupsDirName)), "--keep", strconv.Itoa(p.keep), "--check", p.check,
		"--min-free", strconv.FormatInt(p.minFree, 10))
	command.Env = append(os.Environ(), "GOMAXPROCS=1")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // it removes what it began
	command.WaitDelay = 30 * time.Second
	said, err := command.CombinedOutput()
	if err != nil {
		lines := strings.TrimSpace(string(said))
		return fmt.Errorf("%w: %s", err, lines[max(0, len(lines)-2000):])
	}
	return nil
}

func checkFlag(c *cobra.Command, check *string) {
	c.Flags().StringVar(check, "check", string(backup.CheckFull),
		"full: integridad completa y verify; quick: integridad rápida, sin verify (las SHA-256 se comparan siempre)")
}

func knownCheck(check string) error {
	if check != string(backup.CheckFull) && check != string(backup.CheckQuick) {
		return fmt.Errorf("--check %s no existe: use full o quick", check)
	}
	return nil
}

func tellBackup(out io.Writer, r backup.Result) error {
	_, _ = fmt.Fprintf(out, "%s\n  %.1f MB (bases: %.1f MB, archivos: %d) en %.1f s; instante %s\n", r.Archive,
		float64(r.Bytes)/1e6, float64(r.Databases)/1e6, r.Files, r.Seconds, r.At.Format("2006-01-02 15:04:05 UTC"))
	for _, name := range r.Removed {
		_, _ = fmt.Fprintf(out, "  retirada por antigua: %s\n", name)
	}
	if r.OK {
		return nil
	}
	for _, name := range r.Missing {
		_, _ = fmt.Fprintf(out, "FALTA en el disco, aunque una fila lo nombra: %s\n", name)
	}
	if r.Differences > 0 {
		_, _ = fmt.Fprintf(out, "verify encontró %d diferencias (arriba)\n", r.Differences)
	}
	return errFlawed
}

// Restore puts an archive in place.
func Restore(pb *pocketbase.PocketBase) *cobra.Command {
	var o backup.RestoreOptions
	var check string
	c := &cobra.Command{
		Use:   "restore ARCHIVO",
		Short: "Restaura una copia en una carpeta vacía, o aparta lo que hay",
		Long: `Lee la copia entera, compara cada archivo con su SHA-256, revisa las bases, aplica las migraciones
que falten y recalcula las cifras; recién entonces la pone en su lugar. Con --replace lo que había
se aparta en la carpeta reemplazado-FECHA, dentro de --dir: nunca se borra.

No funciona mientras un servidor usa la carpeta. Los teléfonos se dan cuenta solos de que el
servidor retrocedió: no hay que hacer nada en ellos.`,
		Example: `  chaski restore backups/chaski-20261124-020000.tar.zst --dir pb_data_nueva
  chaski restore /mnt/respaldos/chaski-20261124-020000.tar.zst --dir pb_data --replace`,
		Args: cobra.ExactArgs(1), SilenceUsage: true, Annotations: standalone,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.File, o.Dir, o.Progress, o.Check = args[0], pb.DataDir(), cmd.OutOrStdout(), backup.Check(check)
			o.Prepare, o.Verify = PrepareCopy(pb.EncryptionEnv()), VerifyCopy(pb.EncryptionEnv())
			if err := knownCheck(check); err != nil {
				return err
			}
			r, err := backup.Restore(cmd.Context(), o)
			if err != nil {
				return err
			}
			return tellRestore(cmd.OutOrStdout(), o.Dir, r)
		},
	}
	c.Flags().BoolVar(&o.Replace, "replace", false, "aparta los datos que hay en --dir (no los borra)")
	c.Flags().BoolVar(&o.Accept, "accept-differences", false, "restaura aunque verify encuentre diferencias")
	checkFlag(c, &check)
	return c
}

func tellRestore(out io.Writer, dir string, r backup.Restored) error {
	m := r.Manifest
	_, _ = fmt.Fprintf(out, "Restaurado en %s: los datos del %s, con %d archivos (hechos por Chaski %s).\n",
		dir, m.CreatedAt.Format("2006-01-02 15:04:05 UTC"), len(m.Files), m.Version)
	if r.Aside != "" {
		_, _ = fmt.Fprintf(out, "Lo que había está en %s; bórrelo cuando ya no lo necesite.\n", r.Aside)
	}
	for _, name := range m.Missing {
		_, _ = fmt.Fprintf(out, "AVISO: la copia ya no tenía el archivo %s\n", name)
	}
	return nil
}

// open starts an app on a data directory that nobody else uses, with the rules
// of a server and without serving.
func open(dir, encryptionEnv string) (core.App, *store.Engine, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: server.Connect, EncryptionEnv: encryptionEnv})
	engine := store.New()
	server.Bind(app, engine, nil)
	return app, engine, app.Bootstrap()
}

// VerifyCopy runs verify on a copy that nobody else uses.
func VerifyCopy(encryptionEnv string) backup.Verify {
	return func(_ context.Context, dir string, report io.Writer) (int, error) {
		app, engine, err := open(dir, encryptionEnv)
		if err != nil {
			return 0, err
		}
		r, err := verify.Run(app, func() error { return caughtUp(app, engine) }, report)
		return len(r.Differences), errors.Join(err, app.ClearBootstrap())
	}
}

// PrepareCopy migrates restored data and opens a new epoch of its sync history.
func PrepareCopy(encryptionEnv string) func(context.Context, string, *backup.Manifest, backup.Clock) error {
	return func(_ context.Context, dir string, _ *backup.Manifest, replaced backup.Clock) error {
		app, _, err := open(dir, encryptionEnv)
		if err != nil {
			return err
		}
		if err = app.RunAllMigrations(); err == nil {
			err = pull.OpenEpoch(app, replaced.Epoch)
		}
		return errors.Join(err, app.ClearBootstrap())
	}
}
