"""Every table in one place, so that the metadata is complete for migrations and tests."""

from db.access import (
    AccessToken,
    AuditEntry,
    InstallationSetting,
    LoginAttempt,
    Permission,
    ProjectMember,
    Role,
    RolePermission,
    TokenKind,
    User,
    WebSession,
)
from db.base import Base
from db.jobs import DataProcessingJob, ProcessingStatus
from db.measure import (
    Dataset,
    FeatureImportance,
    LiftTest,
    Model,
    ModelDraft,
    ModelMetric,
    ModelResult,
    ModelStatus,
    OptimizationScenario,
    Project,
)
from db.validation import ModelValidation, ValidationSlice

__all__ = [
    "AccessToken",
    "AuditEntry",
    "Base",
    "DataProcessingJob",
    "Dataset",
    "FeatureImportance",
    "InstallationSetting",
    "LiftTest",
    "LoginAttempt",
    "Model",
    "ModelDraft",
    "ModelMetric",
    "ModelResult",
    "ModelStatus",
    "ModelValidation",
    "OptimizationScenario",
    "Permission",
    "ProcessingStatus",
    "Project",
    "ProjectMember",
    "Role",
    "RolePermission",
    "TokenKind",
    "User",
    "ValidationSlice",
    "WebSession",
]
