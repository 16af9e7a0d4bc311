"""Builds the window and what is behind it, connects them, and shuts them down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from imgtune_gui.actions import build_actions
from imgtune_gui.backend import Backend, load_backend
from imgtune_gui.collector import Collector
from imgtune_gui.controllers.because_controller import BecauseController
from imgtune_gui.controllers.crop_controller import CropController
from imgtune_gui.controllers.cull_controller import CullController
from imgtune_gui.controllers.edit_controller import EditController
from imgtune_gui.controllers.export_controller import ExportController
from imgtune_gui.controllers.gpu_controller import GpuController
from imgtune_gui.controllers.learn_controller import LearnController
from imgtune_gui.controllers.library_controller import LibraryController
from imgtune_gui.controllers.loupe_controller import LoupeController
from imgtune_gui.controllers.menu_controller import MenuController
from imgtune_gui.controllers.news_controller import NewsController
from imgtune_gui.controllers.pairs_controller import PairsController
from imgtune_gui.controllers.picker_controller import PickerController
from imgtune_gui.controllers.preset_controller import PresetController
from imgtune_gui.controllers.restore_controller import RestoreController
from imgtune_gui.controllers.review_controller import ReviewController
from imgtune_gui.controllers.screen_controller import ScreenController
from imgtune_gui.controllers.sidecar_controller import SidecarController
from imgtune_gui.controllers.style_controller import StyleController
from imgtune_gui.controllers.train_controller import TrainController
from imgtune_gui.controllers.view_controller import ViewController
from imgtune_gui.core_texts import in_language
from imgtune_gui.crash import CrashDialog
from imgtune_gui.errors import ErrorHook
from imgtune_gui.focus_keys import FocusKeys
from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.on_screen import OnScreen
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings, Preferences
from imgtune_gui.views.companions import toggle
from imgtune_gui.views.learning_window import LearningWindow
from imgtune_gui.views.lesson_texts import can_roll_back, can_train
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.wheel import WheelGuard
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.catalog_worker import CatalogWorker


class App(QObject):
    """One window. ``loader`` gives the services; it runs on a worker, after the first paint.
    ``again``: what was open before is opened in any case."""

    def __init__(
        self,
        data_dir: Path | None = None,
        paths: Iterable[Path] = (),
        loader: Callable[[], Backend] = load_backend,
        log_file: Path | None = None,
        parent: QObject | None = None,
        *,
        again: bool = False,
    ) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self._closed = False
        self._loaded: m.StyleLoaded | None = None
        self._learning: LearningWindow | None = None
        self.settings = AppSettings(data_dir)
        self.session = PhotoSession(parent=self)
        self.model = FilmstripModel(self.session, self)
        self.window = MainWindow(self.session, self.model, self.settings)
        self.catalog = CatalogWorker(loader)
        self.catalog_thread = WorkerThread(self.catalog, "catalog")
        self.collector = Collector(self)
        self.hook = ErrorHook(self)
        self.crash = CrashDialog(self.window, log_file)
        self._build_controllers()
        self.actions = build_actions(self.window, self._handlers())
        self.view.adopt(self.actions)
        self.menu.adopt(self.actions)
        self.window.loupe_page.add_buttons(self.actions)
        self.window.develop_panel.add_buttons(self.actions)
        self.window.style_panel.add_menu(self.actions)
        FocusKeys(self.window).left.connect(
            self.window.focus_photo, Qt.ConnectionType.QueuedConnection
        )
        WheelGuard(self.window)
        OnScreen(self.window)
        self._connect_window()
        self._connect_controllers()
        self._open_first(paths, again)

    def _open_first(self, paths: Iterable[Path], again: bool) -> None:
        """What was asked for; else what was open the last time, as far as it is still there."""
        asked = tuple(paths)
        if not asked and (again or self.settings.preferences.reopen):
            self.library.open_paths(self.restore.restore(), replace=True, remembered=True)
            return
        self.library.open_paths(asked, replace=True)

    def _build_controllers(self) -> None:
        session, window, settings = self.session, self.window, self.settings
        self.learn = LearnController(session, self.catalog, settings, self)
        self.library = LibraryController(session, self.model, self.catalog, self)
        self.loupe = LoupeController(session, self.model, window.loupe, window.develop_panel, self)
        self.gpu = GpuController(self.loupe.renderer, self)
        self.restore = RestoreController(session, window, self.library, settings, self)
        self.edit = EditController(session, window, settings, self)
        self.cull = CullController(session, window, self.catalog, self)
        self.review = ReviewController(session, self.catalog, self)
        self.sidecars = SidecarController(session, window, self.catalog, settings, self)
        self.export = ExportController(session, window, settings, self)
        self.because = BecauseController(session, self.catalog, window.develop_panel.because, self)
        self.training = TrainController(window.training, self)
        self.picker = PickerController(session, window, self.loupe.proxy_of, self)
        self.crop = CropController(session, window, self.loupe, self.catalog, self)
        self.presets = PresetController(session, window, settings, self)
        self.view = ViewController(
            session, window, self.loupe, self.picker, self.crop, settings, self
        )
        self.screen = ScreenController(window, self.catalog, self)
        self.news = NewsController(session, self.catalog, self.learn, self.library, self)
        self.menu = MenuController(
            session, window, self.library, self.learn, settings, self.screen, self.gpu, self
        )
        self.pairs = PairsController(session, window, settings, self)
        self.styles = StyleController(
            session, window, self.learn, self.training, self.catalog, settings, self
        )

    def _handlers(self) -> dict[str, Callable[..., object]]:
        edit, view, menu = self.edit, self.view, self.menu
        return {
            "open_folder": menu.open_folder,
            "open_files": menu.open_files,
            "open_samples": menu.open_samples,
            "look_again": self.library.look_again,
            "export": self.export.ask,
            "export_queue": self.export.toggle_queue,
            "preferences": menu.show_preferences,
            "quit": self.window.close,
            "undo": self.session.undo_stack.undo,
            "redo": self.session.undo_stack.redo,
            "copy_settings": edit.copy,
            "copy_again": edit.copy_again,
            "paste_settings": edit.paste,
            "sync_selected": edit.sync_selected,
            "sync_again": edit.sync_again,
            "read_sidecars": self.sidecars.read_selected,
            "history": view.show_history,
            "pick_white": self.picker.set_armed,
            "crop": self.crop.set_cropping,
            "turn_left": self.crop.turn_left,
            "turn_right": self.crop.turn_right,
            "whole_photo": self.crop.reset,
            "presets": self.presets.show,
            "save_preset": self.presets.ask_save,
            "paste_previous": edit.paste_previous,
            "select_all": self.window.filmstrip.selectAll,
            "accept": self.accept,
            "next_slider": self.window.develop_panel.focus_next,
            "previous_slider": self.window.develop_panel.focus_previous,
            "auto": edit.reset_to_prediction,
            "zero": edit.reset_to_zero,
            "next": edit.next_photo,
            "previous": edit.previous_photo,
            "next_doubtful": edit.next_doubtful,
            "loupe": view.show_loupe,
            "grid": view.show_grid,
            "zoom": view.toggle_zoom,
            "zoom_fit": view.zoom_fit,
            "zoom_fill": view.zoom_fill,
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "before": view.show_before,
            "split": view.show_split,
            "side_by_side": view.show_side_by_side,
            "clipping": view.show_clipping,
            "sort_doubt": self.cull.doubtful_first,
            "review": self.cull.review,
            "show_all": self.cull.clear_filter,
            **self.cull.handlers(),
            **self.styles.handlers(),
            "left_panel": view.show_left_panel,
            "right_panel": view.show_right_panel,
            "filmstrip": view.show_filmstrip,
            "full_screen": view.show_full_screen,
            "escape": view.escape,
            "learning": self.show_learning,
            "train": self.train,
            "cancel_train": self.training.cancel,
            "roll_back": menu.roll_back,
            "learn_pairs": self.pairs.ask,
            "shortcuts": menu.show_shortcuts,
            "about": menu.show_about,
        }

    def _connect_window(self) -> None:
        window, menu = self.window, self.menu
        window.paths_dropped.connect(menu.open_dropped)
        window.closing.connect(self.shut_down)
        window.start_page.open_folder_clicked.connect(menu.open_folder)
        window.start_page.samples_clicked.connect(menu.open_samples)
        window.start_page.recent_chosen.connect(menu.open_recent)
        window.start_page.set_ready(False)
        for view in (window.filmstrip, window.grid):
            view.visible_changed.connect(self.library.thumbs.set_visible)
            view.scrolled.connect(self.library.thumbs.make_way)
            view.opened.connect(self.view.open_item)
        panel = window.develop_panel
        panel.accept_clicked.connect(self.accept)
        panel.reset_clicked.connect(self.edit.reset_to_prediction)
        panel.histogram.clipping_clicked.connect(self.view.toggle_clipping)
        style = window.style_panel
        style.open_clicked.connect(menu.open_folder)
        style.match_clicked.connect(self.show_learning)
        style.style_chosen.connect(self.learn.choose_style)
        style.train_clicked.connect(self.train)
        style.roll_back_clicked.connect(menu.roll_back)
        for lessons in (style, panel.because):
            lessons.forget_clicked.connect(self.learn.forget)
            lessons.lesson_opened.connect(menu.show_lesson)

    def _connect_controllers(self) -> None:
        window = self.window
        for controller in (
            self.learn,
            self.library,
            self.loupe,
            self.edit,
            self.cull,
            self.sidecars,
            self.picker,
            self.crop,
            self.presets,
            self.export,
            self.training,
            self.screen,
            self.news,
            self.styles,
            self.pairs,
            self.menu,
        ):
            controller.message_raised.connect(window.show_message)
        self.hook.error_raised.connect(window.show_message)
        self.hook.bug_found.connect(self.crash.show)
        self.menu.preferences_changed.connect(self._apply_preferences)
        self.screen.space_changed.connect(self.loupe.set_space)
        self.screen.space_changed.connect(self.library.thumbs.set_space)
        self.catalog.studio_opened.connect(self._on_studio_opened)
        self.catalog.sidecar_said.connect(window.show_message)
        self.catalog.failed.connect(self._on_catalog_failed)
        self.library.busy_changed.connect(window.show_busy)
        self.library.nothing_found.connect(self.menu.tell_nothing_found)
        for follower in (self.cull.set_opening, self.review.refresh):
            self.library.busy_changed.connect(follower)
        self.library.folders.folders_changed.connect(window.style_panel.set_folders)
        self.library.folders.folders_changed.connect(self.menu.note_opened)
        self.learn.style_loaded.connect(self._on_style_loaded)
        self.learn.network_changed.connect(self.library.set_network)
        self.library.finder.sidecars_found.connect(self.sidecars.take_found)
        predictions = self.library.predictions
        self.learn.predictions_outdated.connect(predictions.predict_all)
        self.learn.lesson_learned.connect(predictions.predict_after_lesson)
        self.learn.version_served.connect(predictions.predict_after_version)
        self.learn.training_wanted.connect(self.training.train)
        self.training.running_changed.connect(window.style_panel.set_training)
        self.training.running_changed.connect(self._on_training_changed)
        self.training.result_changed.connect(window.style_panel.show_result)
        for learning in (self.training.published, self.pairs.learned):
            learning.connect(self.learn.reload)
        self._on_training_changed(False)

    # --- running --------------------------------------------------------------------
    def start(self) -> None:
        """Shows the window, then opens the studio in the background."""
        self.hook.install()
        self.collector.start()
        self.window.show()
        self.catalog_thread.start()
        self.library.start()
        self.loupe.start()
        self.window.show_busy(self.tr("Starting…"))
        self.catalog.submit(m.OpenStudio(self._data_dir))

    def _on_studio_opened(self, opened: m.StudioOpened) -> None:
        if self._closed:
            return
        backend = opened.backend
        self.window.show_busy("")
        self.window.start_page.set_ready(True)
        self.menu.set_backend(backend)
        self._apply_preferences(self.settings.preferences)
        self.screen.set_ready()
        self.loupe.set_studio(backend, opened)
        self.gpu.set_ready()
        self.export.set_studio(backend, opened)
        self.training.set_studio(opened)
        self.pairs.set_studio(opened)
        self.picker.set_studio(backend, opened)
        self.presets.set_studio(opened)
        style = self.settings.style
        self.learn.begin(style if style in opened.styles else backend.default_style)
        self.library.set_studio(backend, opened)
        self.news.start()
        if opened.studio.warnings:
            self.window.show_message(
                " · ".join(map(in_language, opened.studio.warnings)), lasting=True
            )

    def _apply_preferences(self, chosen: Preferences) -> None:
        studio = self.catalog.opened_studio
        if studio is not None:
            studio.max_megapixels = chosen.max_megapixels
        self.learn.auto_train = chosen.auto_train
        self.catalog.sidecars = chosen.sidecars
        self.screen.set_wanted(chosen.screen)
        self.gpu.set_wanted(chosen.gpu)

    def _on_catalog_failed(self, failure: m.WorkFailed) -> None:
        lasting = isinstance(failure.request, m.OpenStudio)
        if lasting:
            self.window.show_busy("")
            # Where one looks: nothing else is in the window then, as if all had been lost.
            self.window.start_page.set_notice(failure.text)
        self.window.show_message(failure.text, lasting=lasting)
        if isinstance(failure.request, m.PackRequest):
            self.styles.tell_pack_failed(failure.text)

    def accept(self) -> None:
        """Teaches and goes on; the keys belong to the photos again, not to a slider. In the
        crop tool, Enter ends the tool and teaches nothing."""
        if self.crop.is_cropping:
            self.crop.overlay.finish()
            return
        selected = self.window.photo_list.selected_items() if self.window.is_grid() else []
        if len(selected) > 1:  # what is chosen is seen there
            self.learn.accept_all(selected)
        else:
            self.learn.accept()
        self.window.focus_photo()

    def train(self) -> None:
        """Fine-tunes the present style now."""
        self.learn.flush()
        self.training.train(self.session.style)

    def show_learning(self) -> None:
        """The match, the curve and the fine-tunes; and away again."""
        if self._loaded is None:
            return
        if self._learning is None:
            self._learning = LearningWindow(self.window)
            self._learning.train_clicked.connect(self.train)
            self._learning.cancel_clicked.connect(self.training.cancel)
            self._learning.serve_clicked.connect(self.menu.serve)
            self.training.said.connect(self._learning.show_doing)
            self.training.result_changed.connect(self._learning.show_result)
            self._learning.show_doing(self.training.doing)
            self._learning.show_result(self.training.result)
        self._learning.show_style(self._loaded)
        toggle(self._learning)

    def _on_training_changed(self, running: bool) -> None:
        self.actions["train"].setEnabled(can_train(self._loaded) and not running)
        self.actions["cancel_train"].setEnabled(running)
        self.actions["roll_back"].setEnabled(can_roll_back(self._loaded) and not running)

    def _on_style_loaded(self, loaded: m.StyleLoaded) -> None:
        self._loaded = loaded
        self.window.style_panel.show_style(loaded)
        if self._learning is not None:
            self._learning.show_style(loaded)
        self._on_training_changed(self.training.is_running)

    @property
    def is_busy(self) -> bool:
        """Whether closing the window would cut something off that was asked for."""
        return (
            self.training.is_running or self.pairs.is_running or bool(self.export.queue.open_jobs)
        )

    # --- shutting down --------------------------------------------------------------
    def shut_down(self) -> None:
        """Saves, stops every thread and waits for it; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.collector.stop()
        self.news.stop()
        self.gpu.stop()
        self.restore.end()
        self.learn.flush()
        # The stack announces its end when the window's actions are gone already.
        self.session.undo_stack.blockSignals(True)
        self.training.cancel()
        self.export.cancel_all()
        # Autosaves in the queue are finished; everything else is dropped.
        self.catalog_thread.begin_stop(finish_queue=True)
        others = [
            *self.library.threads,
            *self.loupe.threads,
            self.export.worker_thread,
            self.training.worker_thread,
            self.pairs.worker_thread,
        ]
        for thread in others:
            thread.begin_stop()
        for thread in (*others, self.catalog_thread):
            thread.wait()
        self.gpu.release()
        self.library.finder.watch.stop()
        # Asked of the worker: a window closed at once has not heard yet that it is open.
        studio = self.catalog.opened_studio
        if studio is not None:
            studio.close()
        self.settings.sync()
        self.window.release_lists()
        self.hook.remove()
