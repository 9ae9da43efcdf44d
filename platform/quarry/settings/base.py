"""Everything a Quarry process is configured by. The environment's names are listed in docs/operations.md."""

import os
from pathlib import Path

from quarry import __version__
from quarry.settings.database import celery_broker, database, valkey_url
from quarry.settings.home import REPOSITORY, data_home, secret
from quarry.settings.hosts import allowed_hosts

QUARRY_VERSION = __version__
QUARRY_HOME = data_home()
QUARRY_MODELS = Path(os.environ.get("QUARRY_MODELS") or QUARRY_HOME / "models").expanduser().resolve()
QUARRY_MODEL = os.environ.get("QUARRY_MODEL") or None
QUARRY_OFFLINE = os.environ.get("QUARRY_OFFLINE") == "1"
QUARRY_INFERENCE_WORKERS = max(1, int(os.environ.get("QUARRY_INFERENCE_WORKERS", "1")))
QUARRY_ANSWERS_AT_ONCE = max(1, int(os.environ.get("QUARRY_ANSWERS_AT_ONCE", "4")))
QUARRY_CHECKPOINT_DISK = int(os.environ.get("QUARRY_CHECKPOINT_DISK_MB", "0")) * 1024 * 1024
QUARRY_ROLE = os.environ.get("QUARRY_ROLE", "command")
QUARRY_MAX_UPLOAD = int(os.environ.get("QUARRY_MAX_UPLOAD_MB", "200")) * 1024 * 1024
QUARRY_MAX_WAITING = max(1, int(os.environ.get("QUARRY_MAX_WAITING", "64")))
QUARRY_SMTP_URL = os.environ.get("QUARRY_SMTP_URL", "")
QUARRY_MAIL_FROM = os.environ.get("QUARRY_MAIL_FROM") or "quarry@localhost"
QUARRY_MAIL_TO = os.environ.get("QUARRY_MAIL_TO", "")
QUARRY_URL = os.environ.get("QUARRY_URL", "")
QUARRY_APPROVAL_HOURS = max(1, int(os.environ.get("QUARRY_APPROVAL_HOURS", "24")))
QUARRY_APPROVAL_MAIL_AFTER = max(0, int(os.environ.get("QUARRY_APPROVAL_MAIL_AFTER", "60")))
QUARRY_APPROVERS = [name.strip() for name in os.environ.get("QUARRY_APPROVERS", "").split(",") if name.strip()]
QUARRY_MCP_PROGRAMS = os.environ.get("QUARRY_MCP_PROGRAMS", "1") != "0"
# `host:port`, ours among them, to which anybody's schedules may send their results.
QUARRY_WEBHOOK_HOSTS = {h.strip().lower() for h in os.environ.get("QUARRY_WEBHOOK_HOSTS", "").split(",") if h.strip()}
FRONTEND_DIST = REPOSITORY / "frontend" / "dist"

SECRET_KEY = os.environ.get("QUARRY_SECRET_KEY") or secret(QUARRY_HOME, "django")
# Of the secrets that lie in the database; without them a key is made up and kept in QUARRY_HOME/secrets.
QUARRY_ENCRYPTION_KEYS = [key for key in os.environ.get("QUARRY_ENCRYPTION_KEYS", "").split(",") if key.strip()]
DEBUG = False
ALLOWED_HOSTS = allowed_hosts(os.environ)
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("QUARRY_TRUSTED_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("QUARRY_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_NAME = "quarry_session"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "quarry.api.problem.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.usersessions",
    "quarry.apps.QuarryConfig",
    "apps.accounts.apps.AccountsConfig",
    "apps.audit.apps.AuditConfig",
    "apps.library.apps.LibraryConfig",
    "apps.endpoints.apps.EndpointsConfig",
    "apps.tickets.apps.TicketsConfig",
    "apps.knowledge.apps.KnowledgeConfig",
    "ingestion.apps.IngestionConfig",
    "agents.apps.AgentsConfig",
    "agents.tools.apps.ToolsConfig",
    "agents.assistants.apps.AssistantsConfig",
    "agents.approvals.apps.ApprovalsConfig",
    "agents.schedules.apps.SchedulesConfig",
    "agents.summaries.apps.SummariesConfig",
    "agents.extraction.apps.ExtractionConfig",
    "apps.chat.apps.ChatConfig",
    "apps.gateway.apps.GatewayConfig",
    "apps.evaluation.apps.EvaluationConfig",
]
# No GZipMiddleware: it holds back server-sent events until the stream ends.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "quarry.api.request.CurrentRequest",
    "quarry.api.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quarry.api.language.ReadersLanguage",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "quarry.api.openai.ErrorMember",
    "quarry.api.idempotency.Idempotency",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = "quarry.urls"
ASGI_APPLICATION = "quarry.asgi.application"
# Paths with an ASGI application of their own.
ASGI_DOORS = {"/mcp": "apps.gateway.mcp.door.door"}
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(QUARRY_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VALKEY_URL = valkey_url(QUARRY_HOME, 1)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": valkey_url(QUARRY_HOME, 2)}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ["browser"]
# The front end's own pages; allauth puts them into the few links it writes.
HEADLESS_FRONTEND_URLS = {
    "account_signup": "/sign-in",
    "account_confirm_email": "/sign-in",
    "account_reset_password": "/sign-in",
    "account_reset_password_from_key": "/sign-in",
    "socialaccount_login_error": "/sign-in",
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
TIME_ZONE = "UTC"  # of every time in the API; the front end shows the reader's own
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
WHITENOISE_INDEX_FILE = False
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.api.authentication.ApiKeyAuthentication",
        "apps.accounts.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.api.permissions.SignedInWithScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["quarry.api.parsers.Json"],
    "DEFAULT_PAGINATION_CLASS": "quarry.api.pagination.CursorPage",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "quarry.api.problem.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Quarry",
    "VERSION": __version__,
    "DESCRIPTION": (
        "Answers from your company's own documents. Sentences for people, like `detail` and `error`, are English, or "
        "Traditional Chinese where `Accept-Language` asks for it (`zh-Hant`, `zh-TW`)."
    ),
    "SERVE_INCLUDE_SCHEMA": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "quarry.api.schema.add_plain_views",
    ],
    "ENUM_NAME_OVERRIDES": {
        "PersonRole": "apps.accounts.models.User.Role",
        "MessageRole": "apps.chat.models.Message.Role",
        "RunStatus": "agents.models.Run.Status",
        "StepStatus": "agents.models.Step.Status",
        "ModelJobStatus": "apps.library.models.Job.Status",
        "ModelJobKind": "apps.library.models.Job.Kind",
        "EndpointKind": "apps.endpoints.api.serializers.KINDS",
        "ApprovalStatus": "agents.approvals.models.Approval.Status",
        "ApprovalScope": "agents.approvals.models.Decision.Scope",
        "StepDeed": "agents.trace.DEEDS",
        "ApprovalVerdict": "agents.approvals.models.Decision.Verdict",
        "CheckedStatus": ["passed", "failed", "missing", "skipped"],
        "TriggerKind": "agents.schedules.triggers.KINDS",
        "FiringStatus": "agents.schedules.models.Firing.Status",
        "FiringCause": "agents.schedules.models.Firing.Cause",
        "DeliveryStatus": "agents.schedules.models.Delivery.Status",
        "DeliveryKind": "agents.schedules.models.Delivery.Kind",
        "DocumentStatus": "apps.knowledge.models.Document.Status",
        "SummaryKind": "agents.summaries.models.Summary.Kind",
        "SummaryStyle": "agents.summaries.models.Summary.Style",
        "SummaryLength": "agents.summaries.models.Summary.Length",
        "SummaryLanguage": "agents.summaries.models.Summary.Language",
        "SummaryMethod": "agents.summaries.models.Summary.Method",
        "ExtractionRowStatus": "agents.extraction.models.Row.Status",
        "EvaluationStatus": "apps.evaluation.models.Evaluation.Status",
        "EvaluationBenchmark": "apps.evaluation.models.Evaluation.Benchmark",
    },
}

CELERY_BROKER_URL = celery_broker(QUARRY_HOME, 0)
CELERY_RESULT_BACKEND = celery_broker(QUARRY_HOME, 3)
CELERY_RESULT_EXPIRES = 3600
# Whoever sends a task listens for its result, on a connection that stays open as long as the thread's remains. Only
# embedding has a result that somebody waits for.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_DEFAULT_PRIORITY = 5
# A redelivery while a task still runs would run it twice: longer than any task may take.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 12 * 3600,
    "unacked_restore_throttle": 1,
    "priority_steps": list(range(10)),
    "queue_order_strategy": "priority",
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"retry_policy": {"timeout": 10.0}}
CELERY_TASK_ROUTES = {
    "quarry.embed": {"queue": "embed"},
    "ingestion.*": {"queue": "ingestion"},
    "agents.execute": {"queue": "inference"},
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "agents.recover": {"task": "agents.recover", "schedule": 5.0, "options": {"expires": 10, "priority": 0}},
    "library.recover": {"task": "library.recover", "schedule": 10.0, "options": {"expires": 10, "priority": 0}},
    "approvals.expire": {"task": "approvals.expire", "schedule": 60.0, "options": {"expires": 60}},
    "knowledge.add_up_terms": {"task": "knowledge.add_up_terms", "schedule": 30.0, "options": {"expires": 30}},
    "assistants.forget": {"task": "assistants.forget", "schedule": 3600.0, "options": {"expires": 600}},
    "schedules.look": {"task": "schedules.look", "schedule": 10.0, "options": {"expires": 10, "priority": 2}},
    "knowledge.sweep_blobs": {"task": "knowledge.sweep_blobs", "schedule": 24 * 3600.0},
    "summaries.forget": {"task": "summaries.forget", "schedule": 6 * 3600.0, "options": {"expires": 600}},
    # Its own queue would keep it behind the documents that wait.
    "gateway.forget": {"task": "gateway.forget", "schedule": 3600.0, "options": {"expires": 600}},
    "ingestion.recover": {
        "task": "ingestion.recover",
        "schedule": 10.0,
        "options": {"queue": "maintenance", "expires": 10, "priority": 0},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(QUARRY_HOME / "run" / "beat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("QUARRY_LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        # They tell of addresses and sessions, in which keys can stand.
        "httpx2": {"level": "WARNING"},
        "mcp": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "sentence_transformers": {"level": "WARNING"},
    },
}
